// Runs an export's ONNX files by onnxruntime-web, off the page's own thread; one question at a time.

import { cuts } from "./tiles.js";

const BINARY = "ort-wasm-simd-threaded.wasm";
const SCRIPT = "ort.wasm.min.mjs";
const WEIGHTS = "weights.bin";

let runtime = null; // promises of what is loaded once
let listing = null;
let folder = "";
let weights = null; // what all files share, if there is such
const sessions = new Map();
let newest = 0; // the last picture that was asked for
let before = Promise.resolve();

onmessage = ({ data }) => {
  if (data.kind === "start") {
    ({ folder } = data);
    runtime = started(data);
    weights = data.weights ? fetched(folder + WEIGHTS).then((response) => response.arrayBuffer()) : null;
    weights?.catch(() => {});
    listing = fetched(`${folder}signatures.json`).then((response) => response.json());
    runtime.catch(() => {}); // is told where it is waited for
    listing.catch(() => {});
    return;
  }
  if (data.kind === "restore") newest = data.id;
  before = before.then(() => answered(data));
};

async function answered(question) {
  try {
    const answer = question.kind === "run" ? await ran(question.signature, question.inputs) : await restored(question);
    postMessage({ id: question.id, answer });
  } catch (error) {
    postMessage({ id: question.id, error: error.message || String(error) });
  }
}

async function fetched(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} is not there`);
  return response;
}

// Loads the runtime and tells how far it has come.
async function started({ runtime: place, bytes }) {
  const response = await fetched(place + BINARY);
  const parts = [];
  let got = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    got += value.length;
    postMessage({ share: Math.min(got / bytes, 0.99) });
  }
  const ort = await import(place + SCRIPT);
  ort.env.wasm.numThreads = 1; // more need headers that servers of files do not send
  ort.env.wasm.wasmPaths = place;
  ort.env.wasm.wasmBinary = await new Blob(parts).arrayBuffer();
  postMessage({ share: 1 });
  return ort;
}

function session(signature) {
  if (!sessions.has(signature)) sessions.set(signature, opened(signature));
  return sessions.get(signature);
}

async function opened(signature) {
  const ort = await runtime;
  const { signatures } = await listing;
  const about = signatures[signature];
  const model = new Uint8Array(await (await fetched(folder + about.file)).arrayBuffer());
  const externalData = weights ? [{ path: WEIGHTS, data: new Uint8Array(await weights) }] : [];
  return { ort, about, session: await ort.InferenceSession.create(model, { executionProviders: ["wasm"], externalData }) };
}

async function ran(signature, inputs) {
  const { ort, about, session: found } = await session(signature);
  const feeds = {};
  for (const { name } of about.inputs) {
    const { type, data, dims } = inputs[name];
    feeds[name] = new ort.Tensor(type, data, dims);
  }
  const outputs = await found.run(feeds);
  const answer = {};
  for (const { name, tensor } of about.outputs) answer[name] = { data: outputs[tensor].data, dims: outputs[tensor].dims };
  return answer;
}

// Restores a picture { width, height, planes, data } of values in [0, 1], planes one after another, tile by tile.
async function restored({ id, picture, around }) {
  const { width, height, planes, data } = picture;
  const { scale, multiple, reach, channels } = around;
  const whole = new Float32Array(planes * width * height * scale * scale);
  const rows = cuts(height, multiple, reach);
  const columns = cuts(width, multiple, reach);
  let done = 0;
  for (const row of rows) {
    for (const column of columns) {
      if (id < newest) throw new Error("another picture was chosen");
      const [h, w] = [row.end - row.begin, column.end - column.begin];
      // A model of grey pictures takes planes as samples; one of colors takes them as channels.
      const [samples, depth] = channels === 1 ? [planes, 1] : [1, planes];
      const given = new Float32Array(planes * h * w);
      for (let p = 0; p < planes; p++)
        for (let y = 0; y < h; y++)
          for (let x = 0; x < w; x++) {
            const value = data[(p * height + row.begin + y) * width + column.begin + x];
            given[depth === 1 ? (p * h + y) * w + x : (y * w + x) * depth + p] = value;
          }
      const { reconstruction } = await ran("serving_default", {
        image: { type: "float32", data: given, dims: [samples, h, w, depth] },
      });
      paste(whole, reconstruction.data, { row, column, h, w, planes, depth, scale, width, height });
      postMessage({ id, progress: ++done / (rows.length * columns.length) });
      await new Promise((resolve) => setTimeout(resolve)); // hears whether another picture was chosen
    }
  }
  return { width: width * scale, height: height * scale, planes, data: whole };
}

function paste(whole, part, { row, column, h, w, planes, depth, scale, width, height }) {
  for (let p = 0; p < planes; p++)
    for (let y = scale * row.kept; y < scale * row.keptEnd; y++)
      for (let x = scale * column.kept; x < scale * column.keptEnd; x++) {
        const [u, v] = [x - scale * column.begin, y - scale * row.begin];
        const from = depth === 1 ? (p * h * scale + v) * w * scale + u : (v * w * scale + u) * depth + p;
        whole[(p * height * scale + y) * width * scale + x] = Math.min(1, Math.max(0, part[from]));
      }
}
