"use strict";
// Draws the scatter, says what a point is, and opens what a link leads to.
(() => {
  const { config, spec, tips } = JSON.parse(document.getElementById("data").textContent);
  const tip = document.body.appendChild(document.createElement("div"));
  tip.className = "tip wide";
  tip.hidden = true;

  const tooltip = (_, event, __, value) => {
    tip.hidden = !value || tips[value.i] === undefined;
    if (tip.hidden) return;
    tip.replaceChildren();
    tips[value.i].forEach((line, index) => {
      const element = document.createElement(index ? "div" : "strong");
      element.textContent = line;
      tip.appendChild(element);
    });
    const { clientX: x, clientY: y } = event;
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, x + 14 + width > innerWidth ? x - 14 - width : x + 14)}px`;
    tip.style.top = `${Math.max(4, Math.min(y + 14, innerHeight - height - 4))}px`;
  };

  const place = document.getElementById("scatter");
  const options = { mode: "vega-lite", renderer: "svg", actions: false, ast: true, config, tooltip };
  vegaEmbed(place, spec, options).catch((error) => {
    place.textContent = `This chart could not be drawn: ${error.message}`;
  });

  const open = () => {
    const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = found?.closest("details");
    if (folded && !folded.open) {
      folded.open = true;
      found.scrollIntoView();
    }
  };
  addEventListener("hashchange", open);
  addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
  open();
})();
