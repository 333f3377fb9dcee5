"use strict";
// Draws the charts of the page and connects them to the ticks of the variants and the choice of the row.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const ticks = [...document.querySelectorAll(".legend input")];
  const shown = () => ticks.filter((tick) => tick.checked).map((tick) => Number(tick.value));
  const digits = (value) => Number(value.toPrecision(4)).toLocaleString("en", { maximumSignificantDigits: 4 });
  const views = [];

  const rows = (figure) =>
    figure.values ??
    figure.lines.flatMap(([r, id, times, values]) => times.map((t, index) => ({ r, id, t, v: values[index] })));

  const tip = document.body.appendChild(document.createElement("div"));
  tip.className = "tip";
  tip.hidden = true;

  const say = (words, swatch) => {
    const line = tip.appendChild(document.createElement("div"));
    if (swatch) line.appendChild(swatch);
    line.appendChild(document.createElement("span")).textContent = words;
  };
  const swatch = (id) => ticks.find((tick) => Number(tick.value) === id)?.parentNode.querySelector("svg").cloneNode(true);

  const tooltip = (figure) => (_, event, __, value) => {
    tip.hidden = value === null || value === undefined || value === "";
    if (tip.hidden) return;
    tip.replaceChildren();
    const unit = figure.unit ? ` ${figure.unit}` : "";
    if (figure.kind === "time") {
      say(`${digits(Number(value.t))} ${figure.time}`);
      for (const id of shown()) {
        const found = Number(value[id]);
        if (value[id] !== undefined && Number.isFinite(found)) say(`${data.names[id]}  ${digits(found)}${unit}`, swatch(id));
      }
    } else if (figure.kind === "events") {
      say(`${data.names[value.id]}, ${figure.kinds[value.k]}  ${digits(Number(value.v))}${unit}`);
    } else {
      say(`${data.names[value.id]}  ${digits(Number(value.v))}${unit}`, swatch(Number(value.id)));
    }
    const { clientX: x, clientY: y } = event;
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, x + 14 + width > innerWidth ? x - 14 - width : x + 14)}px`;
    tip.style.top = `${Math.max(4, Math.min(y + 14, innerHeight - height - 4))}px`;
  };

  for (const figure of data.figures) {
    const place = document.getElementById(figure.id);
    const options = {
      mode: "vega-lite", renderer: "svg", actions: false, ast: true, config: data.config, tooltip: tooltip(figure),
    };
    const spec = { ...figure.spec, datasets: { rows: rows(figure) } };
    spec.params = spec.params.map((param) => (param.name === "shown" ? { ...param, value: shown() } : param));
    vegaEmbed(place, spec, options).then(
      ({ view }) => views.push({ figure, view }),
      (error) => { place.textContent = `This chart could not be drawn: ${error.message}`; },
    );
  }

  const tell = (kind, name, value) => {
    for (const { figure, view } of views) if (!kind || figure.kind === kind) view.signal(name, value).runAsync();
  };
  for (const tick of ticks) tick.addEventListener("change", () => tell(null, "shown", shown()));
  for (const choice of document.querySelectorAll("select")) {
    choice.addEventListener("change", () => {
      for (const other of document.querySelectorAll(`select[data-kind=${choice.dataset.kind}]`)) other.value = choice.value;
      tell(choice.dataset.kind, "row", Number(choice.value));
    });
  }
  addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
})();
