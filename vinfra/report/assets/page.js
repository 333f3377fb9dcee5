"use strict";
// Draws the charts of the page and connects them to the ticks of the variants and the choice of the row.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const ticks = [...document.querySelectorAll(".legend input")];
  const shown = () => ticks.filter((tick) => tick.checked).map((tick) => Number(tick.value));
  const digits = (value) => Number(value.toPrecision(4)).toLocaleString("en", { maximumSignificantDigits: 4 });
  const views = [];
  const vegaErrorsOnly = 1; // an empty layer is no news

  // Seconds of the run become moments of its calendar, where it has one.
  const moment = (figure, t) => (figure.zero === undefined ? t : figure.zero + t * figure.scale * 1000);
  const date = (milliseconds) => {
    const of = new Date(Math.round(milliseconds / 60000) * 60000);
    const day = of.toLocaleString("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
    return `${day.replace(",", "")} ${of.toISOString().slice(11, 16)}`;
  };

  const rows = (figure) =>
    figure.values ??
    figure.lines.flatMap(([r, id, times, values]) =>
      times.map((t, index) => ({ r, id, t: moment(figure, t), v: values[index] })));

  const tip = document.body.appendChild(document.createElement("div"));
  tip.className = "tip";
  tip.hidden = true;

  const say = (words, swatch) => {
    const line = tip.appendChild(document.createElement("div"));
    if (swatch) line.appendChild(swatch);
    line.appendChild(document.createElement("span")).textContent = words;
  };
  const swatch = (id) => ticks.find((tick) => Number(tick.value) === id)?.parentNode.querySelector("svg").cloneNode(true);

  const put = ({ clientX: x, clientY: y }) => {
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, x + 14 + width > innerWidth ? x - 14 - width : x + 14)}px`;
    tip.style.top = `${Math.max(4, Math.min(y + 14, innerHeight - height - 4))}px`;
  };

  const tooltip = (figure) => (_, event, __, value) => {
    tip.hidden = value === null || value === undefined || value === "";
    if (tip.hidden) return;
    tip.replaceChildren();
    const unit = figure.unit ? ` ${figure.unit}` : "";
    if (figure.kind === "time") {
      say(figure.zero === undefined ? `${digits(Number(value.t))} ${figure.time}` : date(Number(value.t)));
      for (const id of shown()) {
        const found = Number(value[id]);
        if (value[id] !== undefined && Number.isFinite(found)) say(`${data.names[id]}  ${digits(found)}${unit}`, swatch(id));
      }
    } else if (figure.kind === "events") {
      say(`${data.names[value.id]}, ${figure.kinds[value.k]}  ${digits(Number(value.v))}${unit}`);
    } else {
      say(`${data.names[value.id]}  ${digits(Number(value.v))}${unit}`, swatch(Number(value.id)));
    }
    put(event);
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
  for (const choice of document.querySelectorAll("select:not([data-panel])")) {
    choice.addEventListener("change", () => {
      for (const other of document.querySelectorAll(`select[data-kind=${choice.dataset.kind}]`)) other.value = choice.value;
      tell(choice.dataset.kind, "row", Number(choice.value));
    });
  }
  // Timelines: rows and states are numbers in the data and get their names here.
  const length = (seconds) => {
    if (seconds < 60) return `${digits(seconds)} s`;
    const minutes = Math.round(seconds / 60);
    if (seconds < 600 && Math.round(seconds) % 60) return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
    if (minutes < 60) return `${minutes} min`;
    return minutes < 2880 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${digits(minutes / 1440)} d`;
  };
  const told = (panel, seconds) => (panel.zero === null ? length(seconds) : date(panel.zero + seconds * 1000));
  const axis = (panel, seconds) => (panel.zero === null ? seconds / panel.scale : panel.zero + seconds * 1000);
  const [ENDING, THIN, TROUBLE] = [0, 1, 2];
  const ending = (tone) => data.tones[tone][ENDING];

  // Bars of a row lie there as [state, seconds after the bar before, seconds], one after the other.
  const unpacked = ({ bars, shares }) =>
    bars.flatMap((numbers, row) => {
      let at = 0;
      return Array.from({ length: numbers.length / 3 }, (_, index) => {
        const [state, gap, lasts] = numbers.slice(3 * index, 3 * index + 3);
        const [share = 1, below = 0] = shares[row].slice(2 * index, 2 * index + 2);
        const begin = at + gap;
        at = begin + lasts;
        return [row, state, begin, at, share, below];
      });
    });

  const bars = (panel) =>
    panel.bars.map(([l, s, a, b, share, below]) => {
      const [, , top, height, k] = panel.rows[l];
      const c = panel.states[s][1];
      const [room, m] = [height - 3, top + (height + 1) / 2];
      const foot = top + 2 + room * (1 - below);
      const thin = data.tones[c][THIN] && share === 1;
      const [y, z] = thin ? [m - room / 5, m + room / 5] : [foot - room * share, foot];
      return { l, s, c, f: a, u: b, a: axis(panel, a), b: axis(panel, b), e: ending(c) && share === 1, k, y, z, m };
    });

  const about = (panel) => (_, event, __, value) => {
    tip.hidden = !value || value.l === undefined;
    if (tip.hidden) return;
    tip.replaceChildren();
    const [f, u] = [Number(value.f), Number(value.u)];
    say(`${panel.rows[value.l][0]}: ${panel.states[value.s][0]}`);
    say(`${told(panel, f)} – ${told(panel, u)}, ${length(u - f)}`);
    put(event);
  };

  const list = (panel) => {
    const [begin, end] = panel.spans[panel.chosen];
    const body = document.querySelector(`#table-${panel.id} tbody`);
    body.replaceChildren();
    panel.rows.forEach(([name], row) => {
      const mine = panel.bars.filter(([l, , a, b]) => l === row && b > begin && a < end);
      if (!mine.length) return;
      const line = body.appendChild(document.createElement("tr"));
      const head = line.appendChild(document.createElement("th"));
      head.scope = "row";
      head.textContent = name;
      const said = mine.slice(0, 12).map(([, s, a, b]) => `${panel.states[s][0]} from ${told(panel, a)} for ${length(b - a)}`);
      if (mine.length > said.length) said.push(`and ${mine.length - said.length} more`);
      line.appendChild(document.createElement("td")).textContent = said.join("; ");
    });
  };

  const bad = (panel) => {
    const [begin, end] = panel.spans[panel.chosen];
    const here = panel.bars.filter(([, s, a, b, share]) => {
      const tone = panel.states[s][1];
      return data.tones[tone][TROUBLE] && share === 1 && a < end && (ending(tone) ? a >= begin : b > begin);
    });
    return [...new Set(here.map(([row]) => panel.rows[row][1]))];
  };

  const look = (panel) => {
    const [begin, end, sentence] = panel.spans[panel.chosen];
    const words = document.getElementById(`night-${panel.id}`);
    if (words) words.textContent = sentence;
    list(panel);
    panel.view?.signal("begin", axis(panel, begin)).signal("end", axis(panel, end)).signal("bad", bad(panel)).runAsync();
  };

  const draw = (panel) => {
    if (panel.drawn) return;
    panel.drawn = true;
    panel.bars = unpacked(panel);
    const place = document.getElementById(panel.id);
    const [begin, end] = panel.spans[panel.chosen];
    const names = Object.fromEntries([...panel.heads, ...panel.rows].map(([name, middle]) => [middle, name]));
    const values = { begin: axis(panel, begin), end: axis(panel, end), names, bad: bad(panel) };
    const params = panel.spec.params.map(({ name }) => ({ name, value: values[name] }));
    const shade = panel.windows.map(([a, b]) => ({ a: axis(panel, a), b: axis(panel, b), y: 0, z: panel.height }));
    const spec = { ...panel.spec, params, datasets: { bars: bars(panel), windows: shade } };
    const options = {
      mode: "vega-lite", renderer: "svg", actions: false, ast: true, config: data.config, tooltip: about(panel),
      logLevel: vegaErrorsOnly,
    };
    vegaEmbed(place, spec, options).then(
      ({ view }) => { panel.view = view; look(panel); },
      (error) => { place.textContent = `This timeline could not be drawn: ${error.message}`; },
    );
  };

  for (const panel of data.timelines) {
    const fold = document.getElementById(`panel-${panel.id}`);
    if (fold.open) draw(panel);
    fold.addEventListener("toggle", () => { if (fold.open) draw(panel); });
    document.getElementById(`span-${panel.id}`)?.addEventListener("change", (event) => {
      panel.chosen = Number(event.target.value);
      look(panel);
    });
  }
  addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
})();
