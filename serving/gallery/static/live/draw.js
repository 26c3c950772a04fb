// Draw a digit: what the model sees of it, its code, and what the code gives back, while drawing.

import { float32, int32, latest } from "../engine.js";
import { bytes, color, normals, onColors, paint, paintCode, place } from "../pictures.js";

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const BOX = 20; // pixels that MNIST's digits fill, centered by their mass
const PEN = 2.4; // pixels wide
const FINE = 4; // finer pixels that are averaged
const STEP = 0.025; // of the pad, that a key moves the pen
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export async function start(part, settings, engine, say) {
  const at = (name) => part.querySelector(`.${name}`);
  const pad = at("draw");
  const digits = bytes(settings.digits);
  const state = { strokes: [], given: digits.subarray(0, PIXELS), pen: [0.5, 0.3], down: false, keys: false };
  const random = normals(PIXELS, 7);

  const clean = () => state.given ?? digitOf(state.strokes);
  const seen = () => {
    const sigma = 255 * Number(at("noise").value);
    return Float32Array.from(clean(), (value, i) => Math.min(255, Math.max(0, value + sigma * random[i])));
  };

  const show = latest(async () => {
    const [own, x] = [clean(), seen()];
    paint(at("seen"), x, SIDE, SIDE);
    const choice = settings.normal.length ? { normal: int32([Number(at("normal").value)], []) } : {};
    const given = { x: float32(x, [1, SIDE, SIDE]), ...choice };
    const found = await engine.run("encode", given);
    const code = found[settings.code];
    paintCode(at("code"), Array.from(found[settings.shown].data), found[settings.shown].dims, settings.shown !== settings.code);
    const { reconstruction } = await engine.run("decode", { [settings.code]: float32(code.data, code.dims), ...choice });
    paint(at("made"), reconstruction.data, SIDE, SIDE, { ink: "accent" });
    const verdict = settings.detects ? await engine.run("detect", given) : null;
    at("reading").textContent = reading(own, x, reconstruction.data, settings, verdict);
    part.dataset.drawn = String(Number(part.dataset.drawn ?? 0) + 1);
  });
  const changed = () => {
    redraw(pad, state);
    at("noise").nextElementSibling.textContent = Number(at("noise").value).toFixed(2);
    return show().catch((error) => say(`The model cannot be run (${error.message}): load the page again.`));
  };

  draws(pad, state, changed);
  at("clear").addEventListener("click", () => {
    Object.assign(state, { strokes: [], given: null, down: false });
    changed();
  });
  at("noise").addEventListener("input", changed);
  at("normal")?.addEventListener("change", changed);
  examples(at("examples"), digits, settings.count, (given) => {
    Object.assign(state, { strokes: [], given, down: false });
    changed();
  });
  onColors(changed);
  await changed();
}

function reading(own, x, made, settings, verdict) {
  if (own.every((value) => value === 0)) return "Draw something.";
  const apart = (a, b) => a.reduce((sum, value, i) => sum + ((value - b[i]) / 255) ** 2, 0) / PIXELS;
  const error = apart(own, made);
  const usual = settings.error === null ? "" : `; on test digits ${settings.error.toFixed(4)}`;
  const noise = apart(own, x);
  const parts = [
    noise > 1e-6
      ? `The noise is ${noise.toFixed(4)} of squared error a pixel; ${error.toFixed(4)} is left.`
      : `Squared error a pixel: ${error.toFixed(4)}${usual}.`,
  ];
  if (verdict) parts.push(verdict.is_anomaly.data[0] ? "An anomaly" : "Normal", `(score ${verdict.score.data[0].toFixed(3)}).`);
  return parts.join(" ");
}

// Lets a visitor draw on the pad, by pointer and by keys.
function draws(pad, state, changed) {
  const begin = (point) => {
    state.given = null;
    state.strokes.push([point]);
  };
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    state.keys = false;
    begin(place(pad, event));
    changed();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!pad.hasPointerCapture(event.pointerId)) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) state.strokes.at(-1)?.push(place(pad, each));
    changed();
  });
  pad.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (move) {
      state.pen = state.pen.map((value, i) => Math.min(1, Math.max(0, value + STEP * move[i])));
      if (state.down) state.strokes.at(-1).push([...state.pen]);
    } else if (event.key === " ") {
      state.down = !state.down;
      if (state.down) begin([...state.pen]);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      Object.assign(state, { strokes: [], given: null, down: false });
    } else return;
    event.preventDefault();
    state.keys = true;
    changed();
  });
  pad.addEventListener("blur", () => {
    Object.assign(state, { keys: false, down: false });
    redraw(pad, state);
  });
}

function examples(box, digits, count, choose) {
  for (let i = 0; i < count; i++) {
    const digit = digits.subarray(i * PIXELS, (i + 1) * PIXELS);
    const button = document.createElement("button");
    const canvas = document.createElement("canvas");
    Object.assign(button, { type: "button", className: "example" });
    button.setAttribute("aria-label", `test digit ${i + 1}`);
    canvas.width = canvas.height = SIDE;
    button.append(canvas);
    button.addEventListener("click", () => choose(digit));
    box.append(button);
    paint(canvas, digit, SIDE, SIDE);
    onColors(() => paint(canvas, digit, SIDE, SIDE));
  }
}

function redraw(pad, state) {
  const context = pad.getContext("2d");
  const [paper, ink, accent] = ["sheet", "ink", "accent"].map((name) => `rgb(${color(name).join(" ")})`);
  context.fillStyle = paper;
  context.fillRect(0, 0, pad.width, pad.height);
  if (state.given) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    paint(canvas, state.given, SIDE, SIDE);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(canvas, 0, 0, pad.width, pad.height);
  }
  trace(context, state.strokes, ink, pad.width * 0.07, ([x, y]) => [x * pad.width, y * pad.height]);
  if (!state.keys) return;
  const [x, y] = state.pen.map((value, i) => value * [pad.width, pad.height][i]);
  context.strokeStyle = context.fillStyle = accent;
  context.lineWidth = 4;
  context.beginPath();
  context.arc(x, y, 16, 0, 2 * Math.PI);
  if (state.down) context.fill();
  else context.stroke();
}

function trace(context, strokes, ink, wide, placed) {
  Object.assign(context, { strokeStyle: ink, lineWidth: wide, lineCap: "round", lineJoin: "round" });
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(...placed(stroke[0]));
    for (const point of stroke.length > 1 ? stroke.slice(1) : stroke) context.lineTo(...placed(point));
    context.stroke();
  }
}

// Returns what was drawn as MNIST's digits were made: fitted into a box of 20 pixels, and centered by its mass.
function digitOf(strokes) {
  const points = strokes.flat();
  if (!points.length) return new Float32Array(PIXELS);
  const low = [0, 1].map((i) => Math.min(...points.map((point) => point[i])));
  const high = [0, 1].map((i) => Math.max(...points.map((point) => point[i])));
  const scale = (BOX - PEN) / Math.max(high[0] - low[0], high[1] - low[1], 0.05);
  const middle = low.map((value, i) => (value + high[i]) / 2);
  const drawn = (shift) => rastered(strokes, (point) => point.map((value, i) => (value - middle[i]) * scale + SIDE / 2 + shift[i]));
  const first = drawn([0, 0]);
  const mass = first.reduce((sum, value) => sum + value, 0);
  const center = (axis) => first.reduce((sum, value, i) => sum + value * (axis ? Math.floor(i / SIDE) : i % SIDE), 0) / mass;
  return drawn([0, 1].map((axis) => Math.round((SIDE - 1) / 2 - center(axis))));
}

function rastered(strokes, placed) {
  const side = SIDE * FINE;
  const context = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
  trace(context, strokes, "#000", PEN * FINE, (point) => placed(point).map((value) => value * FINE));
  const { data } = context.getImageData(0, 0, side, side);
  return Float32Array.from({ length: PIXELS }, (_, i) => {
    const [left, top] = [(i % SIDE) * FINE, Math.floor(i / SIDE) * FINE];
    let sum = 0;
    for (let y = 0; y < FINE; y++) for (let x = 0; x < FINE; x++) sum += data[4 * ((top + y) * side + left + x) + 3];
    return sum / FINE ** 2;
  });
}
