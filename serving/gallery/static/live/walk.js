// Walk through codes: between those of four digits, along two latents, or over draws from the prior.

import { float32, int32, latest } from "../engine.js";
import { bytes, color, normals, onColors, paint, place } from "../pictures.js";

const CELLS = 12; // of the map, on a side
const REACH = 3; // of latents whose prior's standard deviation is 1
const LISTED = 16; // latents to choose from

export async function start(part, settings, engine, say) {
  const at = (name) => part.querySelector(`.${name}`);
  const codes = new Float32Array(bytes(settings.codes).buffer);
  const [height, width] = settings.shape;
  const state = { corners: [0, 1, 2, 3], drawn: null, label: 0, seed: 1 };
  for (const [name, chosen] of [["first", 0], ["second", 1]])
    settings.order.slice(0, LISTED).forEach((latent, i) => at(name).add(new Option(`no. ${latent}`, latent, false, i === chosen)));
  const [map, made] = [at("map"), at("made")];
  if (settings.classes) at("mode").value = "latents"; // where each label has a plane of its own
  Object.assign(map, { width: CELLS * width, height: CELLS * height });
  Object.assign(made, { width, height });

  const point = () => [Number(at("x").value), Number(at("y").value)];
  const cell = (values) => values.map((value) => Math.min(CELLS - 1, Math.floor(value * CELLS)));
  const code = ([x, y]) => {
    const [column, row] = cell([x, y]);
    if (state.drawn) return state.drawn.subarray((row * CELLS + column) * settings.latents).subarray(0, settings.latents);
    if (at("mode").value === "digits") return between(codes, settings.latents, state.corners, x, y);
    const found = new Float32Array(settings.latents);
    found[Number(at("first").value)] = REACH * (2 * x - 1);
    found[Number(at("second").value)] = REACH * (2 * y - 1);
    return found;
  };
  const decoded = async (all) => {
    const count = all.length / settings.latents;
    const inputs = { code: float32(all, [count, settings.latents]) };
    if (settings.classes) inputs.label = int32(new Array(count).fill(state.label), [count]);
    return (await engine.run("decode", inputs)).reconstruction.data;
  };

  const paintMap = latest(async () => {
    const all = new Float32Array(CELLS * CELLS * settings.latents);
    for (let i = 0; i < CELLS * CELLS; i++)
      all.set(code([((i % CELLS) + 0.5) / CELLS, (Math.floor(i / CELLS) + 0.5) / CELLS]), i * settings.latents);
    const values = await decoded(all);
    for (let i = 0; i < CELLS * CELLS; i++)
      paint(map, values, width, height, {
        most: settings.most, left: (i % CELLS) * width, top: Math.floor(i / CELLS) * height, from: i * width * height,
      });
    state.map = map.getContext("2d").getImageData(0, 0, map.width, map.height);
    mark();
  });
  const paintPoint = latest(async () => {
    paint(made, await decoded(code(point())), width, height, { ink: "accent", most: settings.most });
    part.dataset.drawn = String(Number(part.dataset.drawn ?? 0) + 1);
  });
  function mark() {
    if (!state.map) return;
    const context = map.getContext("2d");
    const [x, y] = point().map((value, i) => value * [map.width, map.height][i]);
    context.putImageData(state.map, 0, 0);
    context.lineWidth = 3;
    for (const [radius, name] of [[9, "accent"], [12, "sheet"]]) {
      context.strokeStyle = `rgb(${color(name).join(" ")})`;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  const guarded = (work) => work().catch((error) => say(`The model cannot be run (${error.message}): load the page again.`));
  const moved = () => {
    mark();
    return guarded(paintPoint);
  };
  const changed = () => {
    at("two").hidden = at("mode").value === "digits" || Boolean(state.drawn);
    at("where").textContent = state.drawn ? "draws from the prior" : at("mode").value === "digits" ? "between four digits' codes" : `two latents from −${REACH} to ${REACH}`;
    guarded(paintMap);
    return moved();
  };

  for (const name of ["x", "y"]) at(name).addEventListener("input", moved);
  for (const name of ["mode", "first", "second"])
    at(name).addEventListener("change", () => {
      state.drawn = null;
      changed();
    });
  at("other").addEventListener("click", () => {
    state.corners = state.corners.map((corner) => (corner + 1) % settings.count);
    Object.assign(state, { drawn: null });
    at("mode").value = "digits";
    changed();
  });
  at("prior").addEventListener("click", () => {
    state.drawn = normals(CELLS * CELLS * settings.latents, state.seed++);
    changed();
  });
  at("classes")?.addEventListener("click", ({ target }) => {
    if (target.tagName !== "BUTTON") return;
    for (const button of at("classes").children) button.setAttribute("aria-pressed", String(button === target));
    state.label = Number(target.value);
    changed();
  });
  follow(map, (x, y) => {
    at("x").value = x;
    at("y").value = y;
    moved();
  });
  onColors(changed);
  await changed();
}

// Returns the code between four at the corners of a square.
function between(codes, latents, corners, x, y) {
  const shares = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
  return Float32Array.from({ length: latents }, (_, i) =>
    corners.reduce((sum, corner, k) => sum + shares[k] * codes[corner * latents + i], 0),
  );
}

function follow(map, call) {
  const told = (event) => call(...place(map, event));
  map.addEventListener("pointerdown", (event) => {
    map.setPointerCapture(event.pointerId);
    told(event);
  });
  map.addEventListener("pointermove", (event) => {
    if (map.hasPointerCapture(event.pointerId) || event.pointerType === "mouse") told(event);
  });
}
