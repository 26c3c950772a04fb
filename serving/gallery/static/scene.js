// A picture that is drawn, so that a page has one to show: hills, a moon, a house, reeds with fine lines.

import { normals } from "./pictures.js";

export function scene(width) {
  const height = Math.round((width * 2) / 3);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.scale(width / 384, height / 256);
  const sky = context.createLinearGradient(0, 0, 0, 180);
  [[0, "#1f2a58"], [0.45, "#8a5a83"], [0.75, "#e9936b"], [1, "#f8d49a"]].forEach((stop) => sky.addColorStop(...stop));
  context.fillStyle = sky;
  context.fillRect(0, 0, 384, 256);
  context.fillStyle = "#fdf3d8";
  disk(context, 286, 62, 24);
  hills(context, 150, 22, 1.1, "#6b4a70");
  hills(context, 172, 18, 1.9, "#4a3a60");
  house(context);
  water(context);
  reeds(context);
  return context.getImageData(0, 0, width, height);
}

function disk(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function hills(context, base, high, often, fill) {
  context.fillStyle = fill;
  context.beginPath();
  context.moveTo(0, 256);
  for (let x = 0; x <= 384; x += 2)
    context.lineTo(x, base - high * Math.sin((x * often) / 40) - (high / 2) * Math.sin((x * often) / 17 + often));
  context.lineTo(384, 256);
  context.fill();
}

function house(context) {
  context.fillStyle = "#d9c3a0";
  context.fillRect(84, 146, 66, 44);
  context.fillStyle = "#7d2f2c";
  context.beginPath();
  for (const [x, y] of [[78, 148], [117, 116], [156, 148]]) context.lineTo(x, y);
  context.fill();
  context.strokeStyle = "#5a1f1e";
  context.lineWidth = 1;
  for (let y = 122; y < 148; y += 4) line(context, 117 - (y - 116) * 1.2, y, 117 + (y - 116) * 1.2, y);
  context.fillStyle = "#ffd76a";
  for (const x of [94, 126]) context.fillRect(x, 158, 14, 14);
  context.strokeStyle = "#3a2b22";
  for (const x of [101, 133]) {
    line(context, x, 158, x, 172);
    line(context, x - 7, 165, x + 7, 165);
  }
}

function water(context) {
  const fill = context.createLinearGradient(0, 188, 0, 256);
  fill.addColorStop(0, "#c98a72");
  fill.addColorStop(1, "#27305c");
  context.fillStyle = fill;
  context.fillRect(0, 188, 384, 68);
  const random = normals(240, 11);
  for (let i = 0; i < 120; i++) {
    context.strokeStyle = i % 3 ? "rgb(255 233 200 / 35%)" : "rgb(20 24 60 / 35%)";
    const [x, y] = [(i * 83) % 384, 190 + ((i * 29) % 64)];
    line(context, x, y, x + 10 + 8 * Math.abs(random[i]), y + random[120 + i] * 0.6);
  }
}

function reeds(context) {
  const random = normals(200, 5);
  for (let i = 0; i < 50; i++) {
    const x = 216 + i * 3.2 + random[i];
    context.strokeStyle = i % 2 ? "#16231d" : "#31503b";
    context.lineWidth = 1 + (i % 3) * 0.4;
    context.beginPath();
    context.moveTo(x, 256);
    context.quadraticCurveTo(x + 4 * random[50 + i], 226, x + 9 * random[100 + i], 176 + 14 * random[150 + i]);
    context.stroke();
  }
}

function line(context, ...ends) {
  context.beginPath();
  context.moveTo(ends[0], ends[1]);
  context.lineTo(ends[2], ends[3]);
  context.stroke();
}
