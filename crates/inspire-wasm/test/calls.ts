// Calls that must compile, and calls that must not.

import { Artifact, build, check, inspect } from "@kizaki/inspire";
import type { ArtifactJson, BuildResult, Report, Route } from "@kizaki/inspire";

const report: Report = check({ "app.inspire": "entity A {}" }, { levels: { "many-rows": "deny" }, denyWarnings: true });
const result: BuildResult = build({}, { debugInfo: true });
const code: string | undefined = report.diagnostics[0]?.code;

if (result.artifact !== undefined) {
  const contents: ArtifactJson = inspect(result.artifact);
  const artifact = Artifact.open(result.artifact);
  const found = artifact.find("GET", "/");
  if (found.found) {
    const route: Route = found.route;
    const id: string | undefined = found.params["id"];
    console.log(route, id);
  } else {
    const reason: "not-found" | "method-not-allowed" | "malformed" = found.reason;
    console.log(reason, found.message);
  }
  artifact.free();
  artifact[Symbol.dispose]();
  console.log(contents.routes?.length, artifact.digest);
}
console.log(code);

// @ts-expect-error: an artifact may be absent
inspect(result.artifact);
// @ts-expect-error: no such level
check({}, { levels: { "many-rows": "error" } });
// @ts-expect-error: checking makes no artifact
check({}, { debugInfo: true });
// @ts-expect-error: names and texts, not a list
check(["entity A {}"]);
// @ts-expect-error: artifacts are opened
new Artifact();
// @ts-expect-error: only what was found has a route
Artifact.open(new Uint8Array()).find("GET", "/").route;

declare const console: { log(...values: unknown[]): void };
