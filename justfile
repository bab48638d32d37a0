# The commands of daily work; each is a script or one line of cargo, so that none needs `just`.

# Everything that must pass before a change is merged.
ready:
    .ci/run

# All tests, or those that cargo's arguments name.
test *arguments:
    scripts/test {{arguments}}

# Formats the sources.
fmt:
    cargo fmt --all

# Lints, as continuous integration does.
lint:
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Shows each snapshot that changed and asks.
review:
    cargo insta test --workspace --review

# Kills a build at each of its system calls, and makes each that touches files fail.
crash-sweep:
    scripts/crash-sweep

# Builds the apps in examples/.
examples:
    scripts/examples

# Measures every step; INSPIRE_BENCH_LARGE=1 adds a schema of a million lines.
bench *arguments:
    cargo bench --package inspire-bench {{arguments}}

# Builds the npm package into target/npm, and tests it in node.
wasm *arguments:
    scripts/wasm {{arguments}}

# Fuzzes one target (parse, check, load, find) for so many seconds; installs cargo-fuzz below target/ when it is missing.
fuzz target seconds:
    scripts/fuzz {{target}} {{seconds}}

# Builds the book into book/book.
book:
    mdbook build book

# Licences, sources and doubled versions of dependencies.
deny:
    cargo deny check bans licenses sources
