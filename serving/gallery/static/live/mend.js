// Give it a photograph: mended or enlarged, beside what it was.

import { normals, read, takeFiles } from "../pictures.js";
import { scene } from "../scene.js";

export async function start(part, settings, engine, say) {
  const at = (name) => part.querySelector(`.${name}`);
  const [before, after, bar] = [at("before"), at("after"), at("loading")];
  const longest = () => Number(at("longest").value);
  let chosen = null; // a file; without one the sample
  let run = 0;

  const show = async () => {
    const mine = ++run;
    const sigma = Number(at("noise")?.value ?? 0);
    if (at("noise")) at("noise").nextElementSibling.textContent = `σ ${sigma}`;
    at("save").hidden = true;
    let picture;
    try {
      picture = chosen ? await read(chosen, longest()) : scene(Math.min(longest(), 384));
    } catch {
      say("The file is no picture that this browser reads: choose a JPEG or PNG.");
      return;
    }
    if (mine !== run) return;
    const own = planes(picture);
    const given = { ...own, data: noisy(own.data, sigma) };
    fill(before, enlarged(imageOf(given), settings.scale));
    Object.assign(after, { width: before.width, height: before.height });
    after.getContext("2d").drawImage(before, 0, 0);
    at("reading").textContent = "";
    bar.hidden = false;
    try {
      const around = { scale: settings.scale, multiple: settings.multiple, reach: settings.reach, channels: settings.channels[0] };
      const made = await engine.restore(given, around, (share) => (bar.value = share));
      if (mine !== run) return;
      fill(after, imageOf(made));
      at("reading").textContent = sigma
        ? `With noise ${psnr(given.data, own.data)}, mended ${psnr(made.data, own.data)}, beside the picture without noise.`
        : `${made.width} × ${made.height} pixels.`;
      after.toBlob((blob) => {
        URL.revokeObjectURL(at("save").href);
        Object.assign(at("save"), { href: URL.createObjectURL(blob), hidden: false });
      });
      say("");
      part.dataset.drawn = String(Number(part.dataset.drawn ?? 0) + 1);
    } catch (error) {
      if (mine === run) say(`The picture cannot be mended (${error.message}): choose a smaller one.`);
    } finally {
      if (mine === run) bar.hidden = true;
    }
  };

  at("at").addEventListener("input", () => at("compare").style.setProperty("--at", `${at("at").value}%`));
  at("longest").addEventListener("change", show);
  at("noise")?.addEventListener("change", show);
  at("sample").addEventListener("click", () => {
    chosen = null;
    show();
  });
  takeFiles(part, (file) => {
    chosen = file;
    show();
  });
  await show();
}

const psnr = (a, b) => {
  const error = a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length;
  return `${(-10 * Math.log10(Math.max(error, 1e-10))).toFixed(1)} dB`;
};

// Returns a picture as planes of values in [0, 1]: three, also of grey, since models of colors take three.
function planes({ width, height, data }) {
  const found = new Float32Array(3 * width * height);
  for (let p = 0; p < 3; p++) for (let i = 0; i < width * height; i++) found[p * width * height + i] = data[4 * i + p] / 255;
  return { width, height, planes: 3, data: found };
}

function noisy(data, sigma) {
  if (!sigma) return data;
  const random = normals(data.length, 3);
  return data.map((value, i) => Math.min(1, Math.max(0, value + (sigma / 255) * random[i])));
}

function imageOf({ width, height, data }) {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let p = 0; p < 3; p++) image.data[4 * i + p] = Math.round(255 * data[p * width * height + i]);
    image.data[4 * i + 3] = 255;
  }
  return image;
}

function enlarged(image, scale) {
  if (scale === 1) return image;
  const small = new OffscreenCanvas(image.width, image.height);
  small.getContext("2d").putImageData(image, 0, 0);
  const large = new OffscreenCanvas(image.width * scale, image.height * scale);
  const context = large.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(small, 0, 0, large.width, large.height);
  return context.getImageData(0, 0, large.width, large.height);
}

function fill(canvas, image) {
  Object.assign(canvas, { width: image.width, height: image.height });
  canvas.getContext("2d").putImageData(image, 0, 0);
}
