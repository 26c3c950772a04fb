// Arrays on canvases, in the colors of the page.

// The page's colors as numbers; they change with the visitor's choice of light and dark.
export function color(name) {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

export function onColors(call) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", call);
}

const mixed = (from, to, share) => from.map((value, i) => value + (to[i] - value) * share);

// Paints grey values, 0 is paper and `most` is ink, shape (height, width), at a place of a canvas.
export function paint(canvas, values, width, height, { ink = "ink", most = 255, left = 0, top = 0, from = 0 } = {}) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const [paper, full] = [color("sheet"), color(ink)];
  for (let i = 0; i < width * height; i++) {
    const share = Math.min(1, Math.max(0, values[from + i] / most));
    image.data.set([...mixed(paper, full, share), 255], 4 * i);
  }
  context.putImageData(image, left, top);
}

// Paints a code: a vector as bars or as a field, a map of vectors as a field each, symbols as colors.
export function paintCode(canvas, data, dims, areSymbols) {
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  context.fillStyle = rgb(color("sheet"));
  context.fillRect(0, 0, width, height);
  const sizes = dims.slice(1);
  if (areSymbols) paintSymbols(context, data, sizes);
  else if (sizes.length === 1 && sizes[0] <= 64) paintBars(context, data);
  else if (sizes.length === 1) paintField(context, data, squarest(sizes[0]), 0, 0, width, height, largest(data));
  else paintMaps(context, data, sizes);
}

const rgb = (values) => `rgb(${values.map(Math.round).join(" ")})`;
const largest = (data) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
const squarest = (count) => {
  const columns = Math.ceil(Math.sqrt(count));
  return [Math.ceil(count / columns), columns];
};

function paintBars(context, data) {
  const { width, height } = context.canvas;
  const [most, each] = [largest(data), width / data.length];
  context.fillStyle = rgb(color("line"));
  context.fillRect(0, height / 2 - 1, width, 2);
  data.forEach((value, i) => {
    const long = (Math.abs(value) / most) * (height / 2 - 8);
    context.fillStyle = rgb(color(value < 0 ? "warm" : "accent"));
    context.fillRect(i * each + each * 0.14, value < 0 ? height / 2 : height / 2 - long, each * 0.72, long);
  });
}

function paintField(context, data, [rows, columns], left, top, width, height, most) {
  const [paper, plus, minus] = [color("sheet"), color("accent"), color("warm")];
  data.forEach((value, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    context.fillStyle = rgb(mixed(paper, value < 0 ? minus : plus, Math.abs(value) / most));
    const [x, y] = [Math.floor((column * width) / columns), Math.floor((row * height) / rows)];
    const [right, bottom] = [Math.floor(((column + 1) * width) / columns), Math.floor(((row + 1) * height) / rows)];
    context.fillRect(left + x, top + y, right - x, bottom - y);
  });
}

function paintMaps(context, data, [rows, columns, channels]) {
  const { width, height } = context.canvas;
  const [down, across] = squarest(channels);
  const most = largest(data);
  const [wide, high] = [width / across, height / down];
  for (let channel = 0; channel < channels; channel++) {
    const one = Array.from({ length: rows * columns }, (_, i) => data[i * channels + channel]);
    const [left, top] = [(channel % across) * wide, Math.floor(channel / across) * high];
    paintField(context, one, [rows, columns], Math.round(left) + 3, Math.round(top) + 3, wide - 6, high - 6, most);
  }
}

function paintSymbols(context, data, [rows, columns]) {
  const [wide, high] = [context.canvas.width / columns, context.canvas.height / rows];
  context.font = `${high * 0.34}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  data.forEach((symbol, i) => {
    const [x, y] = [(i % columns) * wide, Math.floor(i / columns) * high];
    context.fillStyle = `hsl(${(Number(symbol) * 137.5) % 360} 55% 62%)`; // neighbors on no side of the circle
    context.fillRect(x + 1, y + 1, wide - 2, high - 2);
    context.fillStyle = "#16131f";
    context.fillText(String(symbol), x + wide / 2, y + high / 2);
  });
}

// Bytes of text in base 64.
export function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

// Normal draws that are the same for the same seed.
export function normals(count, seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
  return Float32Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}

// Where on a canvas a pointer is, from 0 to 1.
export function place(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const within = (value) => Math.min(1, Math.max(0, value));
  return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
}

// Reads a picture's file, no longer than `longest` on a side.
export async function read(file, longest) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff"; // under what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

// Lets files be chosen and dropped.
export function takeFiles(part, call) {
  const chosen = part.querySelector("input[type=file]");
  chosen.addEventListener("change", () => chosen.files[0] && call(chosen.files[0]));
  const target = part.querySelector(".drop");
  target.addEventListener("dragover", (event) => {
    event.preventDefault();
    target.classList.add("over");
  });
  target.addEventListener("dragleave", () => target.classList.remove("over"));
  target.addEventListener("drop", (event) => {
    event.preventDefault();
    target.classList.remove("over");
    if (event.dataTransfer.files[0]) call(event.dataTransfer.files[0]);
  });
}
