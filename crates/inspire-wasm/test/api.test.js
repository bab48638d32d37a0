// What the package does, and that it does what the command does.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Artifact, build, check, inspect } from "@kizaki/inspire";

import { artifact, examples, run, schema, withArtifact } from "./files.js";

const CLEAN = {
  "app.inspire": `
    /// A note.
    entity Note { text: string  @grant read to @public }
    routes("/", auth: none) {
      GET /notes -> listNotes
      GET /notes/:id -> readNote
      POST /notes -> makeNote (rateLimit: 10/minute)
    }
  `,
};
const MISTAKEN = { "app.inspire": "auth {\n  providers: [gogle]\n}\n" };

function open() {
  return Artifact.open(build(CLEAN).artifact);
}

test("a clean schema has an empty report", () => {
  const report = check(CLEAN);
  assert.equal(report.version, 1);
  assert.deepEqual(report.diagnostics.filter((one) => one.severity !== "note"), []);
  assert.equal(report.summary.files, 1);
});

test("a mistake has its code, place and fix", () => {
  const [mistake] = check(MISTAKEN).diagnostics;
  assert.equal(mistake.code, "unknown-provider");
  assert.equal(mistake.file, "app.inspire");
  assert.deepEqual([mistake.span.line, mistake.span.column], [2, 15]);
  assert.deepEqual(mistake.fixes[0].edits, [{ file: "app.inspire", start: 21, end: 26, text: "google" }]);
});

test("a mistake leaves no artifact", () => {
  const result = build(MISTAKEN);
  assert.deepEqual(Object.keys(result), ["report"]);
  assert.deepEqual(result.report, check(MISTAKEN));
});

test("no file is an empty schema", () => {
  assert.equal(check({}).summary.files, 0);
  assert.ok(build({}).artifact instanceof Uint8Array);
});

test("levels, denied warnings and debug information", () => {
  const files = { "a.inspire": "auth { providers: [google]  sessionDuration: 60d }" };
  const severity = (options) => check(files, options).diagnostics.map((one) => [one.code, one.severity]);
  assert.deepEqual(severity(), [["long-session", "warning"]]);
  assert.deepEqual(severity({ denyWarnings: true }), [["long-session", "error"]]);
  assert.deepEqual(severity({ levels: { "long-session": "note" } }), [["long-session", "note"]]);
  assert.deepEqual(severity({ levels: { "long-session": "allow" }, denyWarnings: true }), []);
  assert.equal(build(files, { denyWarnings: true }).artifact, undefined);
  assert.ok(build(files, { debugInfo: true }).artifact.length > build(files).artifact.length);
});

test("the order of files makes no difference", () => {
  const reversed = (files) => Object.fromEntries(Object.entries(files).reverse());
  for (const { files } of examples()) {
    assert.deepEqual(build(files), build(reversed(files)));
  }
});

test("examples have the bytes and the contents that the command gives them", () => {
  assert.ok(examples().length >= 10);
  for (const { name, directory, files } of examples()) {
    const native = artifact(directory);
    const built = build(files);
    assert.deepEqual(Buffer.from(built.artifact), native.bytes, name);
    assert.deepEqual(inspect(built.artifact), native.contents, name);
    withArtifact(built.artifact, (opened) => {
      assert.deepEqual(opened.toJSON(), native.contents, name);
      assert.equal(opened.digest, native.contents.digest, name);
    });
  }
});

test("a report is the one that the command prints", () => {
  const directory = "tests/fixtures/check/routes";
  const printed = JSON.parse(run(directory, "check", "--error-format", "json"));
  assert.ok(printed.diagnostics.length > 10);
  assert.deepEqual(check(schema(directory)), printed);
});

test("a request finds its route", () => {
  const opened = open();
  const found = opened.find("GET", "/notes/a%20b?x=1");
  assert.deepEqual([found.found, found.route.handler, found.params], [true, "readNote", { id: "a b" }]);
  assert.deepEqual(opened.find("POST", "/notes").route.rate_limit, { count: 10, unit: "minute" });
  opened.free();
});

test("every route of the examples is found", () => {
  for (const { files } of examples()) {
    withArtifact(build(files).artifact, (opened) => {
      for (const route of opened.toJSON().routes ?? []) {
        const found = opened.find(route.method, route.path.replaceAll(/:\w+/g, "x-x"));
        assert.deepEqual(found.route, route);
        assert.deepEqual(Object.keys(found.params).sort(), [...(route.params ?? [])].sort());
      }
    });
  }
});

test("a request without a route is told why", () => {
  const opened = open();
  const reason = (method, path) => opened.find(method, path).reason;
  assert.equal(reason("GET", "/nothing"), "not-found");
  assert.equal(reason("DELETE", "/notes"), "method-not-allowed");
  assert.equal(reason("GET", "/notes/../x"), "malformed");
  assert.equal(opened.find("GET", "/nothing").message, "no route has this path");
  opened.free();
});

test("a freed artifact says so", () => {
  const opened = open();
  opened.free();
  opened.free();
  assert.throws(() => opened.digest, { message: "the artifact was freed; open it again" });
  assert.throws(() => opened.find("GET", "/"), /was freed/);
});

test("an artifact keeps a copy of its bytes", () => {
  const { artifact: bytes } = build(CLEAN);
  const opened = Artifact.open(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const { digest } = opened;
  bytes.fill(0);
  assert.equal(opened.digest, digest);
  assert.equal(opened.find("GET", "/notes").found, true);
  assert.equal(JSON.parse(JSON.stringify(opened)).digest, digest);
  opened.free();
});
