// Whatever is passed in: an answer, or an error that says what to do. A trap of the module would be a RuntimeError.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Artifact, build, check, inspect } from "@kizaki/inspire";

import { examples, withArtifact } from "./files.js";

const { initSync } = await import(new URL("bindings.js", import.meta.resolve("@kizaki/inspire")));
/** Bytes that the module takes. */
const memory = () => initSync().memory.buffer.byteLength;

const sample = build(examples()[0].files).artifact;

test("files that are none", () => {
  const message = (files) => {
    try {
      check(files);
    } catch (error) {
      assert.ok(error instanceof TypeError, String(error));
      return error.message;
    }
    return assert.fail("no error");
  };
  assert.equal(message(undefined), "`files` must be an object that maps names to texts, not undefined");
  assert.equal(message(null), "`files` must be an object that maps names to texts, not null");
  assert.equal(message("entity A {}"), "`files` must be an object that maps names to texts, not string");
  assert.equal(message(["entity A {}"]), "`files` must be an object that maps names to texts, not Array");
  assert.equal(message(new Map()), "`files` must be an object that maps names to texts, not Map");
  assert.equal(message(new Uint8Array(2)), "`files` must be an object that maps names to texts, not Uint8Array");
  assert.equal(message({ a: 1 }), '`files["a"]` must be a string, not number');
  assert.equal(message({ a: Buffer.from("x") }), '`files["a"]` must be a string, not Buffer');
  assert.equal(message({ a: "\ud800" }), '`files["a"]` has half of a surrogate pair, which is no text');
  assert.equal(message({ "\udc00": "" }), "`a name in files` has half of a surrogate pair, which is no text");
});

test("options that are none", () => {
  const refuses = (options, message) => assert.throws(() => build({}, options), { message });
  refuses(7, "`options` must be an object, not number");
  refuses({ debug: true }, "there is no option `debug`; the options are `debugInfo`, `denyWarnings`, `levels`");
  refuses({ constructor: 1 }, /^there is no option `constructor`/);
  refuses({ debugInfo: "yes" }, "option `debugInfo` must be a boolean, not string");
  refuses({ levels: "deny" }, "`levels` must be an object that maps names to levels, not string");
  refuses({ levels: { "many-rows": true } }, '`levels["many-rows"]` must be a string, not boolean');
  refuses(
    { levels: { "many-rows": "error" } },
    "`error` is not a level for `many-rows`; the levels are `allow`, `note`, `warn` and `deny`",
  );
  refuses({ levels: { "many-row": "deny" } }, "no lint is named `many-row`; did you mean `many-rows`?");
  refuses({ levels: { "unknown-key": "allow" } }, "`unknown-key` is an error; its level cannot be set");
});

test("bytes that are none", () => {
  for (const call of [inspect, Artifact.open]) {
    assert.throws(() => call(), { message: "`bytes` must be a Uint8Array or an ArrayBuffer, not undefined" });
    assert.throws(() => call("app.kza"), { message: "`bytes` must be a Uint8Array or an ArrayBuffer, not string" });
    assert.throws(() => call([1, 2]), { message: "`bytes` must be a Uint8Array or an ArrayBuffer, not Array" });
    assert.throws(() => call(new Uint8Array()), /^Error: magic: /);
    assert.throws(() => call(Buffer.from("PK\x03\x04")), /^Error: magic: /);
  }
  assert.throws(() => new Artifact(), { message: "artifacts are opened with `Artifact.open(bytes)`" });
  assert.throws(() => new Artifact({ __wbg_ptr: 8 }), TypeError);
});

test("damaged artifacts are refused with the reason", () => {
  for (let length = 0; length < sample.length; length += 7) {
    assert.throws(() => Artifact.open(sample.subarray(0, length)), { name: "Error" });
  }
  for (let at = 0; at < sample.length; at += 11) {
    const damaged = sample.slice();
    damaged[at] ^= 1 << (at % 8);
    assert.throws(() => Artifact.open(damaged), { name: "Error", message: /^[a-z ]+: / });
  }
});

test("requests that are none", () => {
  const opened = Artifact.open(sample);
  assert.throws(() => opened.find(), { message: "`method` must be a string, not undefined" });
  assert.throws(() => opened.find("GET", 7), { message: "`path` must be a string, not number" });
  assert.throws(() => opened.find("GET", "/\ud800"), /half of a surrogate pair/);
  for (const path of ["", "x", "/\0", "//", "/%", "/%zz", "/..", "/" + "a/".repeat(100_000), "/\u{10ffff}"]) {
    for (const method of ["GET", "", "get", "\0", "X".repeat(100_000)]) {
      assert.equal(opened.find(method, path).found, false);
    }
  }
  opened.free();
});

test("schemas that nobody would write", () => {
  const [deep, many] = [100_000, 2_000];
  const texts = [
    "\0", "\ufeff", "\u202e", "{".repeat(deep), "(".repeat(deep), "entity A { x: " + "[".repeat(deep),
    "entity A { @grant read where " + "(".repeat(deep), "entity A { @grant read where " + "!".repeat(deep) + "true }",
    "entity A { @grant read where " + "true && ".repeat(many) + "true }", "/*".repeat(many), '"'.repeat(deep),
    "routes { " + "group /a { ".repeat(deep), "x ".repeat(deep), "entity " + "A".repeat(deep) + " {}",
    "@".repeat(deep), "\n".repeat(deep), "entity A { x: string = \"" + "\\".repeat(deep),
  ];
  for (const text of texts) {
    const { report, artifact } = build({ "a.inspire": text });
    assert.equal(artifact === undefined, report.summary.errors > 0);
  }
  // A mistake in one call leaves the next as it was.
  assert.equal(build({ "a.inspire": "enum A { X }" }).report.summary.errors, 0);
});

test("names that objects treat as their own", () => {
  const files = JSON.parse('{ "__proto__": "entity A {", "constructor": "entity A {", "": "entity A {" }');
  const report = check(files);
  assert.equal(report.summary.files, 3);
  assert.ok(report.diagnostics.some((one) => one.file === "__proto__"));
});

test("memory does not grow with what is opened and freed", () => {
  const cycle = () => {
    withArtifact(sample, (opened) => opened.find("GET", "/"));
    inspect(sample);
  };
  for (let n = 0; n < 50; n += 1) {
    cycle();
  }
  const before = memory();
  for (let n = 0; n < 1000; n += 1) {
    cycle();
  }
  assert.equal(memory(), before);
});

test("memory does not grow with what is built and refused", () => {
  const { files } = examples()[0];
  const damaged = sample.slice(0, -1);
  const cycle = () => {
    build(files);
    check({ "a.inspire": "entity A {" });
    assert.throws(() => Artifact.open(damaged));
    assert.throws(() => check({}, { levels: { x: "deny" } }));
  };
  for (let n = 0; n < 20; n += 1) {
    cycle();
  }
  const before = memory();
  for (let n = 0; n < 200; n += 1) {
    cycle();
  }
  assert.equal(memory(), before);
});
