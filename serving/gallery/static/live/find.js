// Find what is wrong with a picture: a map of where, over it.

import { float32 } from "../engine.js";
import { bytes, color, onColors, read, takeFiles } from "../pictures.js";

const LONGEST = 512; // pixels a side

export async function start(part, settings, engine, say) {
  const at = (name) => part.querySelector(`.${name}`);
  const [count, height, width] = settings.shape;
  const samples = bytes(settings.pictures);
  const sample = (i) => ({ width, height, data: Float32Array.from(samples.subarray(i * width * height, (i + 1) * width * height)) });
  let shown = sample(Math.min(1, count - 1));

  const show = async () => {
    const { width, height, data } = shown;
    draw(at("given"), shown, () => 0);
    try {
      const found = await engine.run("map", { x: float32(data, [1, height, width, 1]) });
      draw(at("map"), shown, (i) => Math.min(1, Math.max(0, found.map.data[i] / settings.most)));
      const verdict = found.is_anomaly.data[0] ? "Something is wrong with it" : "Nothing is wrong with it";
      at("reading").textContent = `${verdict}: its score is ${found.score.data[0].toFixed(2)}.`;
      say("");
      part.dataset.drawn = String(Number(part.dataset.drawn ?? 0) + 1);
    } catch (error) {
      say(`The picture cannot be searched (${error.message}): choose a smaller one.`);
    }
  };

  for (let i = 0; i < count; i++) {
    const button = document.createElement("button");
    const canvas = document.createElement("canvas");
    Object.assign(button, { type: "button", className: "example" });
    button.setAttribute("aria-label", `sample ${i + 1}`);
    draw(canvas, sample(i), () => 0);
    button.append(canvas);
    button.addEventListener("click", () => {
      shown = sample(i);
      show();
    });
    at("examples").append(button);
  }
  takeFiles(part, async (file) => {
    try {
      const image = await read(file, LONGEST);
      const grey = Float32Array.from({ length: image.width * image.height }, (_, i) =>
        Math.round(0.299 * image.data[4 * i] + 0.587 * image.data[4 * i + 1] + 0.114 * image.data[4 * i + 2]),
      );
      shown = { width: image.width, height: image.height, data: grey };
    } catch {
      say("The file is no picture that this browser reads: choose a JPEG or PNG.");
      return;
    }
    show();
  });
  onColors(show);
  await show();
}

// Draws a grey picture with heat over it, from 0 to 1 at each pixel.
function draw(canvas, { width, height, data }, heat) {
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const glow = color("glow");
  for (let i = 0; i < width * height; i++) {
    const share = heat(i) ** 0.7;
    image.data.set([...glow.map((value) => data[i] + (value - data[i]) * share), 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}
