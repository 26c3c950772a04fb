// Pick films: rated ones, and those that the model recommends for them.

import { float32, int32, int64, latest } from "../engine.js";

export async function start(part, settings, engine, say) {
  const at = (name) => part.querySelector(`.${name}`);
  const places = new Map(settings.titles.map((title, i) => [title, i]));
  const titleOf = new Map(settings.ids.map((id, i) => [id, settings.titles[i]]));
  const [low, high] = settings.scale;
  const rated = new Map();
  part.querySelector("datalist").append(...settings.titles.map((title) => new Option("", title)));
  for (let stars = high; stars >= low; stars--) at("stars").add(new Option(stars, stars));

  const show = latest(async () => {
    at("rated").replaceChildren(...[...rated].map(([title, stars]) => entry(title, stars, () => drop(title))));
    const ids = [...rated.keys()].map((title) => settings.ids[places.get(title)]);
    const found = await engine.run("recommend", {
      film_ids: int64(ids),
      ratings: float32(Float32Array.from(rated.values()), [ids.length]),
      row_splits: int64([0, ids.length]),
      k: int32([settings.most], []),
    });
    const films = Array.from(found.film_ids.data, Number).filter((id) => titleOf.has(id));
    at("recommended").replaceChildren(...films.map((id, i) => entry(titleOf.get(id), found.prediction.data[i].toFixed(2))));
    part.dataset.drawn = String(Number(part.dataset.drawn ?? 0) + 1);
  });
  const shown = () => show().catch((error) => say(`The model cannot be run (${error.message}): load the page again.`));
  const drop = (title) => {
    rated.delete(title);
    shown();
  };

  at("search").addEventListener("submit", (event) => {
    event.preventDefault();
    const title = at("title").value;
    if (!places.has(title)) {
      say("Choose a film of the list: type a part of its title.");
      return;
    }
    say("");
    rated.set(title, Number(at("stars").value));
    at("title").value = "";
    shown();
  });
  await shown();
}

function entry(title, value, drop) {
  const item = document.createElement("li");
  const number = document.createElement("span");
  Object.assign(number, { className: "value", textContent: value });
  item.append(title, " ", number);
  if (drop) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: "Remove" });
    button.setAttribute("aria-label", `Remove ${title}`);
    button.addEventListener("click", drop);
    item.append(" ", button);
  }
  return item;
}
