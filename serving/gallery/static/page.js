// Starts each demo when it comes near to view, after the page itself is there.

import { Engine } from "./engine.js";

const about = document.getElementById("runtime").dataset;
const engine = new Engine({
  runtime: new URL(about.runtime, location.href).href,
  bytes: Number(about.bytes),
  weights: Boolean(about.weights),
  folder: new URL("onnx/", location.href).href,
});

function say(part, text) {
  part.querySelector(".status").textContent = text;
}

async function start(part) {
  const bar = part.querySelector(".loading");
  engine.watch((share) => {
    bar.hidden = share >= 1;
    bar.value = share;
  });
  try {
    const settings = JSON.parse(part.querySelector(".settings").textContent);
    const demo = await import(`./live/${part.dataset.live}.js`);
    await demo.start(part, settings, engine, (text) => say(part, text));
    part.dataset.state = "ready";
  } catch (error) {
    part.dataset.state = "failed";
    bar.hidden = true;
    say(part, `The model cannot be run in this browser (${error.message}): try a newer one.`);
  }
}

function begin() {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((each) => each.isIntersecting)) {
        seen.unobserve(entry.target);
        start(entry.target);
      }
    },
    { rootMargin: "200px" },
  );
  for (const part of document.querySelectorAll("[data-live]")) seen.observe(part);
}

if (document.readyState === "complete") begin();
else addEventListener("load", begin);
