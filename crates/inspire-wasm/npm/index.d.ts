/** Names and texts of the files of one schema. Names are for messages; their order makes no difference. */
export type Files = Readonly<Record<string, string>>;

/** What becomes of a warning, note or lint. */
export type Level = "allow" | "note" | "warn" | "deny";

export interface CheckOptions {
  /** Levels of warnings, notes and lints, by their codes. */
  readonly levels?: Readonly<Record<string, Level>>;
  /** Whether every warning that is left is an error; false if absent. */
  readonly denyWarnings?: boolean;
}

export interface BuildOptions extends CheckOptions {
  /** Whether the artifact says where in the sources its parts were declared; false if absent. */
  readonly debugInfo?: boolean;
}

/** Everything there is to say about a schema: what `kizaki check --error-format json` prints. */
export interface Report {
  /** The version of this form; keys are only ever added within one. */
  version: 1;
  /** By file, start and code. */
  diagnostics: Diagnostic[];
  summary: Summary;
}

/** One mistake, or one thing worth knowing. */
export interface Diagnostic {
  /** The name of the rule, which never changes. */
  code: string;
  severity: Severity;
  /** One line that names the thing. */
  message: string;
  /** The file it is about; null when it is about no file. */
  file: string | null;
  /** The place in the file; null when it is about no file. */
  span: Span | null;
  /** What is to be seen at the place; may be empty. */
  label: string;
  /** Other places that explain it. */
  related: Related[];
  /** The way out. */
  help: string | null;
  /** Changes that put it right, the best first. */
  fixes: Fix[];
}

/** `error` stops the build, `warning` lets it pass, `note` is worth knowing. */
export type Severity = "error" | "warning" | "note";

/** A range of a file. Offsets are bytes of UTF-8, not UTF-16 units; lines and columns count from 1. */
export interface Span {
  start: number;
  /** Offset after the last byte. */
  end: number;
  line: number;
  /** In Unicode scalar values. */
  column: number;
  endLine: number;
  /** The column after the last character. */
  endColumn: number;
}

export interface Related {
  file: string;
  span: Span;
  label: string;
}

/** A change that, applied as a whole, removes the diagnostic. */
export interface Fix {
  /** What it does, as an imperative. */
  title: string;
  /** Whether a program may apply it without asking. */
  applicability: "machine-applicable" | "maybe-incorrect";
  edits: Edit[];
}

/** One replacement of text. */
export interface Edit {
  file: string;
  /** Offset of the first byte replaced, in UTF-8. */
  start: number;
  /** Offset after the last byte replaced; equal to `start` for an insertion. */
  end: number;
  text: string;
}

export interface Summary {
  errors: number;
  warnings: number;
  notes: number;
  files: number;
}

/** What a build made. Without an `artifact`, the report has an error. */
export interface BuildResult {
  artifact?: Uint8Array;
  report: Report;
}

/**
 * Says what there is to say about a schema. A mistake in a schema is in the report and throws nothing.
 *
 * @throws {TypeError} for an argument of the wrong type, or an unknown option
 * @throws {Error} for an unknown level or lint
 */
export function check(files: Files, options?: CheckOptions): Report;

/**
 * Compiles a schema. The same files give the same bytes, which are those of `kizaki build`.
 *
 * @throws {TypeError} for an argument of the wrong type, or an unknown option
 * @throws {Error} for an unknown level or lint
 */
export function build(files: Files, options?: BuildOptions): BuildResult;

/**
 * Says what an artifact holds: what `kizaki inspect --format json` prints.
 *
 * @throws {TypeError} for an argument of the wrong type
 * @throws {Error} for bytes that are no artifact, or a damaged one
 */
export function inspect(bytes: Uint8Array | ArrayBuffer): ArtifactJson;

/** An artifact that passed every check of the loader. */
export class Artifact {
  private constructor();

  /**
   * Checks `bytes` and keeps a copy of them.
   *
   * @throws {TypeError} for an argument of the wrong type
   * @throws {Error} for bytes that are no artifact, or a damaged one
   */
  static open(bytes: Uint8Array | ArrayBuffer): Artifact;

  /** The BLAKE3 digest, 64 hexadecimal digits. */
  readonly digest: string;

  /**
   * The route that a request means. The path may have a query, and is not decoded or repaired beforehand.
   *
   * ```js
   * const found = artifact.find("GET", "/v1/items/42");
   * if (found.found) console.log(found.route.handler, found.params.id);
   * else console.log(found.reason);
   * ```
   */
  find(method: string, path: string): Match | NoMatch;

  /** What the artifact holds; `JSON.stringify` calls it too. */
  toJSON(): ArtifactJson;

  /** Gives the memory back. What is not freed is freed some time after nothing refers to it any more. */
  free(): void;

  /** As `free`, for `using`. */
  [Symbol.dispose](): void;
}

export interface Match {
  found: true;
  route: Route;
  /** Decoded values of the route's parameters, by name. */
  params: Record<string, string>;
}

export interface NoMatch {
  found: false;
  /** `malformed`: the path could mean different things to different readers. */
  reason: "not-found" | "method-not-allowed" | "malformed";
  /** The reason for a person. */
  message: string;
}

/** What an artifact holds, in its own names. Keys of blocks that the schema does not have are absent. */
export interface ArtifactJson {
  /** Major and minor of the format. */
  format: string;
  digest: string;
  producer: string;
  language_version: number;
  sections: Section[];
  auth?: Auth;
  api_keys?: Scope[];
  routes?: Route[];
  entities?: Entity[];
  enums?: Enum[];
  types?: EmbeddedType[];
  policies?: Policy[];
  systems?: System[];
  namespaces?: Namespace[];
  hooks?: Hook[];
  schedules?: Schedule[];
  validations?: Validation[];
  payments?: Payments;
  integrations?: Integration[];
  /** Hosts with their ports, `*.example.com:443` for all names below one. */
  network?: string[];
  email?: Email;
  docs?: Doc[];
}

export interface Section {
  /** Four letters. */
  id: string;
  version: number;
  required: boolean;
  offset: number;
  length: number;
}

export interface Auth {
  providers: ("email" | "google" | "github")[];
  session_duration_seconds: number;
  linking: "manual" | "disabled";
  password?: PasswordPolicy;
  principal: Attribute[];
}

/** Lengths count code points after NFKC. */
export interface PasswordPolicy {
  min_length: number;
  max_length: number;
  require_uppercase: boolean;
  require_lowercase: boolean;
  require_digit: boolean;
  require_special: boolean;
  block_common: boolean;
  breach_check: boolean;
}

/** An attribute of the principal. */
export interface Attribute {
  name: string;
  type: string;
  array: boolean;
  nullable: boolean;
  binding: "from" | "select_from" | "user";
  entity: string;
  field: string;
  table?: string;
  column: string;
  link_column?: string;
  single_row: boolean;
  where?: Condition[];
}

export interface Condition {
  field: string;
  column: string;
  equals: Operand;
}

export type Operand =
  | { string: string }
  | { int: number }
  | { decimal: Decimal }
  | { bool: boolean }
  | "principal_id"
  | { attribute: string };

/** A string if it has decimal places, of which a number would lose some. */
export type Decimal = number | string;

export type Literal = null | string | number | boolean;

export type Action = "read" | "insert" | "update" | "delete";

/** A scope of API keys. */
export interface Scope {
  name: string;
  system: string;
  grants: Grant[];
}

export interface Grant {
  entity: string;
  actions: Action[];
  /** What is granted on all rows and all fields. */
  unconditional: Action[];
}

export interface Route {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
  /** The full path, parameters as `:name`. */
  path: string;
  handler: string;
  auth: "session" | "api_key" | "none";
  /** The scope that an API key must have. */
  scope?: string;
  rate_limit?: { count: number; unit: "second" | "minute" | "hour" | "day" };
  /** From left to right. */
  params?: string[];
}

export interface Entity {
  name: string;
  table: string;
  primary_key: string;
  fields: Field[];
  /** Sets of fields that are unique together. */
  unique?: string[][];
}

export type FieldKind =
  | "string" | "int" | "smallint" | "bigint" | "decimal" | "double" | "boolean" | "datetime" | "date" | "uuid"
  | "bytes" | "json" | "file" | "enum" | "embedded" | "reference";

/** What holds for a field; what does not is absent. */
export interface FieldFlags {
  nullable?: true;
  array?: true;
  unique?: true;
  primary_key?: true;
  sensitive?: true;
  pii?: true;
  trim?: true;
  email?: true;
  url?: true;
  implicit?: true;
  optional?: true;
  constant?: true;
}

export interface Field extends FieldFlags {
  name: string;
  column: string;
  type: FieldKind;
  /** The enum, embedded type or entity, `__User` included. */
  target?: string;
  target_field?: string;
  on_delete?: "restrict" | "cascade" | "set_null";
  /** Digits and decimal places of a decimal. */
  digits?: [number, number];
  default?: Literal;
  rules?: Rule[];
}

export interface Rule {
  kind: "min_length" | "max_length" | "min" | "max" | "max_size" | "regex" | "accept";
  value: Literal;
}

export interface Enum {
  name: string;
  members: string[];
}

export interface EmbeddedType {
  name: string;
  fields: Field[];
}

export interface Policy {
  entity: string;
  effect: "grant" | "deny";
  actions: Action[];
  to: "signed_in" | "public" | "role" | "system";
  system?: string;
  role?: string;
  fields?: { action: Action[]; field: string }[];
  via?: Via;
  /** The condition, as a schema writes it. */
  where?: string;
  why?: string;
}

export interface Via {
  junction: string;
  user_field: string;
  tie: "condition" | "reference" | "common_reference" | "tenant" | "unresolved";
  junction_field?: string;
  entity_field?: string;
}

export interface System {
  name: string;
  kind: "role" | "system" | "scope";
  display_name?: string;
  role_name?: string;
}

export interface Namespace {
  name: string;
  /** The attribute of the principal that holds the tenant. */
  attribute: string;
  entities: { entity: string; column: string }[];
}

export interface Hook {
  entity: string;
  event: "insert" | "update" | "delete";
  field?: string;
  kind: "trigger" | "effect";
  handler: string;
  options?: EffectOptions;
}

export interface EffectOptions {
  retries: number;
  backoff: "exponential" | "linear" | "fixed";
  delay_ms: number;
  timeout_ms: number;
}

export interface Schedule {
  name: string;
  cron: string;
  function: string;
  timeout_ms: number;
}

export interface Validation {
  name: string;
  discriminant?: string;
  variants: { tag?: string; fields: ValidationField[] }[];
}

export interface ValidationField extends FieldFlags {
  name: string;
  type: FieldKind;
  target?: string;
  target_field?: string;
  digits?: [number, number];
  /** The one value that it can have. */
  value?: string;
  default?: Literal;
  rules?: Rule[];
}

export interface Payments {
  /** The name of the secret that holds the provider's key. */
  secret: string;
  seat_entity?: string;
  billing_entity?: string;
  grace_period_seconds?: number;
  grace_action?: "downgrade";
  plans: Plan[];
  hooks: { event: "payment.succeeded" | "subscription.canceled"; handler: string; options: EffectOptions }[];
}

export interface Plan {
  name: string;
  free: boolean;
  price?: string;
  monthly?: string;
  annual?: string;
  per_seat: boolean;
  legacy_prices: string[];
  trial_seconds?: number;
}

export interface Integration {
  name: string;
  service: "googleCalendar" | "customOauth2";
  mode: "required" | "optional" | "manual";
  onboarding: "afterAuth" | "combined" | "settings";
  access: "read" | "write";
  client_id?: string;
  client_secret?: string;
  scopes: string[];
  upgrade_scopes: string[];
  urls?: IntegrationUrls;
}

export interface IntegrationUrls {
  authorize: string;
  token: string;
  account: string;
  revoke?: string;
  account_id_path?: string;
  account_email_path?: string;
  account_name_path?: string;
}

export interface Email {
  from: string;
  provider: "resend" | "postmark" | "ses" | "smtp";
  /** The name of the secret that holds its key. */
  api_key: string;
}

/** A doc comment. */
export interface Doc {
  /** The section that holds what it is about. */
  section: string;
  /** `Profile.nickname`, `GET /v1/players`, `scope read`. */
  subject: string;
  text: string;
}
