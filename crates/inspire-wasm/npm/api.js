// What the package offers: arguments are checked here, and everything else is done by the compiler and the loader.

import * as bindings from "./bindings.js";

const OPTIONS = { debugInfo: "boolean", denyWarnings: "boolean", levels: "object" };

export function check(files, options) {
  const { levels, denyWarnings } = settings(options);
  return JSON.parse(bindings.check(pairs("files", files, "text"), levels, denyWarnings));
}

export function build(files, options) {
  const { levels, denyWarnings, debugInfo } = settings(options);
  const result = bindings.build(pairs("files", files, "text"), levels, denyWarnings, debugInfo);
  try {
    const artifact = result.takeArtifact();
    const report = JSON.parse(result.takeReport());
    return artifact === undefined ? { report } : { artifact, report };
  } finally {
    result.free();
  }
}

export function inspect(bytes) {
  return JSON.parse(bindings.inspect(binary(bytes)));
}

export class Artifact {
  #open;

  constructor(open) {
    if (!(open instanceof bindings.OpenArtifact)) {
      throw new TypeError("artifacts are opened with `Artifact.open(bytes)`");
    }
    this.#open = open;
  }

  static open(bytes) {
    return new Artifact(new bindings.OpenArtifact(binary(bytes)));
  }

  get digest() {
    return this.#live().digest();
  }

  find(method, path) {
    return JSON.parse(this.#live().find(text("method", method), text("path", path)));
  }

  toJSON() {
    return JSON.parse(this.#live().contents());
  }

  free() {
    this.#open?.free();
    this.#open = undefined;
  }

  #live() {
    if (this.#open === undefined) {
      throw new Error("the artifact was freed; open it again");
    }
    return this.#open;
  }
}

// Older runtimes have no such symbol; their users call `free`.
if (Symbol.dispose) {
  Object.defineProperty(Artifact.prototype, Symbol.dispose, { value: Artifact.prototype.free });
}

function settings(options = {}) {
  if (!isRecord(options)) {
    throw new TypeError(`\`options\` must be an object, not ${kind(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    const type = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    if (type === undefined) {
      const names = Object.keys(OPTIONS).map((one) => `\`${one}\``).join(", ");
      throw new TypeError(`there is no option \`${name}\`; the options are ${names}`);
    }
    if (type === "boolean" && value !== undefined && typeof value !== type) {
      throw new TypeError(`option \`${name}\` must be a boolean, not ${kind(value)}`);
    }
  }
  const { debugInfo = false, denyWarnings = false, levels = {} } = options;
  return { debugInfo, denyWarnings, levels: pairs("levels", levels, "level") };
}

/** Keys and values of an object by turns. */
function pairs(name, record, noun) {
  if (!isRecord(record)) {
    throw new TypeError(`\`${name}\` must be an object that maps names to ${noun}s, not ${kind(record)}`);
  }
  return Object.entries(record).flatMap(([key, value]) => [
    text(`a name in ${name}`, key),
    text(`${name}[${JSON.stringify(key)}]`, value),
  ]);
}

function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isBinary(value)
    && !(value instanceof Map);
}

function isBinary(value) {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

/** A string that has a form in UTF-8, so that it is compiled as it was given. */
function text(name, value) {
  if (typeof value !== "string") {
    throw new TypeError(`\`${name}\` must be a string, not ${kind(value)}`);
  }
  if (/\p{Surrogate}/u.test(value)) {
    throw new TypeError(`\`${name}\` has half of a surrogate pair, which is no text`);
  }
  return value;
}

function binary(bytes) {
  if (bytes instanceof ArrayBuffer) {
    return new Uint8Array(bytes);
  }
  if (bytes instanceof Uint8Array) {
    return bytes;
  }
  throw new TypeError(`\`bytes\` must be a Uint8Array or an ArrayBuffer, not ${kind(bytes)}`);
}

/** What a value is, for a message. */
function kind(value) {
  if (value === null || value === undefined) {
    return String(value);
  }
  return typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value;
}
