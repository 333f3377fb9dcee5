"use strict";
// Draws the charts, says what a mark is, and opens what a link leads to.
(() => {
  const { config, figures } = JSON.parse(document.getElementById("data").textContent);
  const tip = document.body.appendChild(document.createElement("div"));
  tip.className = "tip wide";
  tip.hidden = true;

  const tooltip = (_, event, __, value) => {
    tip.hidden = !value?.tip;
    if (tip.hidden) return;
    tip.textContent = value.tip;
    const { clientX: x, clientY: y } = event;
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, x + 14 + width > innerWidth ? x - 14 - width : x + 14)}px`;
    tip.style.top = `${Math.max(4, Math.min(y + 14, innerHeight - height - 4))}px`;
  };

  for (const { id, spec, values } of figures) {
    const place = document.getElementById(`figure-${id}`);
    const options = { mode: "vega-lite", renderer: "svg", actions: false, ast: true, config, tooltip, logLevel: 1 };
    vegaEmbed(place, { ...spec, datasets: { rows: values } }, options).catch((error) => {
      place.textContent = `This chart could not be drawn: ${error.message}`;
    });
  }

  const open = () => {
    const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = found?.closest("details");
    if (folded && !folded.open) {
      folded.open = true;
      found.scrollIntoView();
    }
  };
  addEventListener("hashchange", open);
  // Paper has nothing to click on: what is folded is printed unfolded.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const details of folded) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of folded) details.open = false; });
  addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
  open();
})();
