//! The limits of the format, used by the compiler and the loader alike.
//!
//! What the compiler writes under these limits always loads; one more fails in the compiler, not at the runtime.

/// Bytes of a whole artifact file.
pub const FILE_BYTES: u64 = 256 << 20;
/// Sections of one file.
pub const SECTIONS: usize = 64;
/// Bytes of a `META` payload.
pub const META_BYTES: u64 = 1 << 20;
/// Bytes of one string.
pub const STRING_BYTES: u32 = 64 << 10;
/// Bytes of the full path of a route, and of the path of a request.
pub const PATH_BYTES: usize = 2048;
/// Segments of one path.
pub const PATH_SEGMENTS: usize = 64;
/// Routes of one schema.
pub const ROUTES: usize = 1_000_000;
/// Scopes of one schema.
pub const SCOPES: usize = 100_000;
/// Principal attributes of one schema.
pub const ATTRIBUTES: usize = 10_000;
/// Entities of one schema; enums, embedded types, validation types and namespaces have the same limit each.
pub const ENTITIES: usize = 200_000;
/// Fields of one schema, over all entities and embedded types.
pub const FIELDS: usize = 4_000_000;
/// Fields of all validation types of one schema, after everything they are derived from is expanded.
pub const VALIDATION_FIELDS: usize = 1_000_000;
/// Policies of one schema.
pub const POLICIES: usize = 2_000_000;
/// Records of every other table.
pub const RECORDS: usize = 16_000_000;
/// Bytes of the text of one doc comment are those of any string.
pub const DOC_BYTES: u32 = STRING_BYTES;
/// Levels of foreign keys a policy path may cross.
pub const PATH_DEPTH: u32 = 8;
/// Hooks of one schema.
pub const HOOKS: usize = 1_000_000;
/// Plans of one schema.
pub const PLANS: usize = 1000;
/// Longest trial of a plan: 365 days, in seconds.
pub const TRIAL_SECONDS: u64 = 365 * 24 * 60 * 60;
/// Longest time for which a plan stays after a payment failed: 365 days, in seconds.
pub const GRACE_SECONDS: u64 = 365 * 24 * 60 * 60;
/// Integrations of one schema.
pub const INTEGRATIONS: usize = 1000;
/// Hosts that one schema allows.
pub const HOSTS: usize = 10_000;
/// Schedules of one schema.
pub const SCHEDULES: usize = 100_000;
/// Bytes of the time of a schedule.
pub const CRON_BYTES: usize = 512;
/// How often an effect may be tried again.
pub const RETRIES: u8 = 100;
/// Longest delay before another try: one day, in milliseconds.
pub const BACKOFF_MS: u64 = 24 * 60 * 60 * 1000;
/// Longest time for one run of a function: 15 minutes, in milliseconds.
pub const TIMEOUT_MS: u64 = 15 * 60 * 1000;
/// Providers of one schema.
pub const PROVIDERS: usize = 16;

/// Shortest session: one minute, in seconds.
pub const SESSION_SECONDS_MIN: u64 = 60;
/// Longest session: 365 days, in seconds.
pub const SESSION_SECONDS_MAX: u64 = 365 * 24 * 60 * 60;
/// Smallest `minLength` of a password, in code points (NIST SP 800-63B: "shall").
pub const PASSWORD_MIN_LENGTH: u32 = 8;
/// Smallest `maxLength` of a password, in code points (ASVS 6.2.9).
pub const PASSWORD_MAX_LENGTH_MIN: u32 = 64;
/// Largest `maxLength` of a password, in code points.
pub const PASSWORD_MAX_LENGTH_MAX: u32 = 1024;
