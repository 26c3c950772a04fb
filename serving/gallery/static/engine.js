// What pages know of the worker that runs the model.

export class Engine {
  #settings;
  #worker = null;
  #waiting = new Map();
  #watchers = [];
  #share = 0;
  #last = 0;

  constructor(settings) {
    this.#settings = settings;
  }

  // Calls back with the share of the runtime that has been loaded.
  watch(call) {
    this.#watchers.push(call);
    if (this.#worker) call(this.#share);
  }

  // Runs a signature on inputs by name, each { type, data, dims }; gives outputs by name, each { data, dims }.
  run(signature, inputs) {
    return this.#ask({ kind: "run", signature, inputs });
  }

  // Restores a picture in tiles; `progress` is called with the share that is done.
  restore(picture, around, progress) {
    return this.#ask({ kind: "restore", picture, around }, progress);
  }

  #ask(question, progress = () => {}) {
    this.#worker ??= this.#started();
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, progress });
      this.#worker.postMessage({ id, ...question });
      this.#tell();
    });
  }

  #started() {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => this.#hear(data);
    worker.onerror = () => {
      for (const each of this.#waiting.values()) each.reject(new Error("its worker does not start"));
      this.#waiting.clear();
      this.#tell();
    };
    worker.postMessage({ kind: "start", ...this.#settings });
    return worker;
  }

  // Says on the page whether the model is at work.
  #tell() {
    document.documentElement.toggleAttribute("data-busy", this.#waiting.size > 0);
  }

  #hear({ id, share, progress, error, answer }) {
    if (share !== undefined) {
      this.#share = share;
      for (const call of this.#watchers) call(share);
      return;
    }
    const asked = this.#waiting.get(id);
    if (progress !== undefined) {
      asked?.progress(progress);
      return;
    }
    this.#waiting.delete(id);
    this.#tell();
    if (error) asked?.reject(new Error(error));
    else asked?.resolve(answer);
  }
}

// Wraps work so that while it runs, of all further calls the last one alone is done after it.
export function latest(work) {
  let busy = false;
  let waiting = null;
  return async function call(...given) {
    if (busy) {
      waiting = given;
      return;
    }
    busy = true;
    try {
      await work(...given);
    } finally {
      busy = false;
      if (waiting) {
        const next = waiting;
        waiting = null;
        call(...next);
      }
    }
  };
}

export const float32 = (data, dims) => ({ type: "float32", data, dims });
export const int32 = (numbers, dims) => ({ type: "int32", data: Int32Array.from(numbers), dims });
export const int64 = (numbers) => ({ type: "int64", data: BigInt64Array.from(numbers, BigInt), dims: [numbers.length] });
