//! Every step from text to look-up, each on its own: `cargo bench -p inspire-bench`.
//!
//! `INSPIRE_BENCH_LARGE=1` adds the schema of a million lines.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark whose input does not compile has nothing to measure"
)]

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use inspire_artifact::Artifact;
use inspire_bench::{request, schema};
use inspire_diagnostics::{FileId, SourceMap};
use inspire_syntax::{Arena, lex, parse};

/// The number of routes the look-up is measured among.
const ROUTES: usize = 10_000;

#[allow(clippy::disallowed_methods, reason = "what to measure is for the caller to say")]
fn sizes() -> Vec<usize> {
    match std::env::var_os("INSPIRE_BENCH_LARGE") {
        Some(_) => vec![4, 400, 40_000],
        None => vec![4, 400],
    }
}

/// Measures `step` on schemas of all sizes, in bytes of source text a second.
fn measure(c: &mut Criterion, name: &str, step: impl Fn(&str, &mut criterion::Bencher<'_>)) {
    let mut group = c.benchmark_group(name);
    for size in sizes() {
        let text = schema(size);
        group.throughput(Throughput::BytesDecimal(text.len() as u64));
        group.sample_size(if size > 10_000 { 10 } else { 50 });
        group.bench_with_input(BenchmarkId::from_parameter(size), &text, |bencher, text| step(text, bencher));
    }
    group.finish();
}

fn sources(text: &str) -> SourceMap {
    SourceMap::new([("schema.inspire", text)]).unwrap()
}

fn artifact(size: usize) -> Vec<u8> {
    let build = inspire::build(&sources(&schema(size)));
    build.artifact.expect("the generated schema has no error")
}

fn text_to_bytes(c: &mut Criterion) {
    measure(c, "lex", |text, bencher| bencher.iter(|| lex(FileId(0), black_box(text)).tokens.len()));
    measure(c, "parse", |text, bencher| {
        bencher.iter_batched_ref(
            Arena::new,
            |arena| parse(FileId(0), black_box(text), arena).diagnostics.len(),
            BatchSize::LargeInput,
        );
    });
    measure(c, "check", |text, bencher| {
        let sources = sources(text);
        bencher.iter(|| inspire::check(black_box(&sources)).len());
    });
    measure(c, "build", |text, bencher| {
        let sources = sources(text);
        bencher.iter(|| inspire::build(black_box(&sources)).artifact.map(|bytes| bytes.len()));
    });
}

/// Opening checks the digest; reading every section validates it.
fn open(c: &mut Criterion) {
    let mut group = c.benchmark_group("open");
    for size in sizes() {
        let bytes = artifact(size);
        group.throughput(Throughput::BytesDecimal(bytes.len() as u64));
        group.sample_size(if size > 10_000 { 10 } else { 50 });
        group.bench_with_input(BenchmarkId::new("digest", size), &bytes, |bencher, bytes| {
            bencher.iter(|| Artifact::from_bytes(black_box(bytes)).unwrap().digest());
        });
        group.bench_with_input(BenchmarkId::new("all-sections", size), &bytes, |bencher, bytes| {
            bencher.iter(|| {
                let artifact = Artifact::from_bytes(black_box(bytes)).unwrap();
                artifact.auth().unwrap();
                artifact.api_keys().unwrap();
                artifact.routes().unwrap();
                artifact.data().unwrap();
                artifact.policies().unwrap();
                artifact.namespaces().unwrap().is_some()
            });
        });
    }
    group.finish();
}

fn find(c: &mut Criterion) {
    let bytes = artifact(ROUTES / 5);
    let artifact = Artifact::from_bytes(&bytes).unwrap();
    let routes = artifact.routes().unwrap().unwrap();
    // A step that is prime to the number of routes visits them all, none near the last.
    let requests: Vec<_> = (0..ROUTES).map(|index| request(index * 7_919 % ROUTES)).collect();
    let mut group = c.benchmark_group("find");
    group.throughput(Throughput::Elements(1));
    let mut next = (0..ROUTES).cycle();
    group.bench_function("hit-of-10000", |bencher| {
        bencher.iter(|| {
            let (method, path) = &requests[next.next().unwrap_or_default()];
            routes.find(black_box(method), black_box(path)).unwrap().route().handler.len()
        });
    });
    group.bench_function("miss-of-10000", |bencher| {
        bencher.iter(|| routes.find(black_box("GET"), black_box("/v1/project00000/nothing/here")).is_err());
    });
    group.finish();
}

criterion_group!(benches, text_to_bytes, open, find);
criterion_main!(benches);
