//! `find`: which route a request means, and which paths are refused.

use inspire_artifact::routes::NoMatch::{self, Malformed, MethodNotAllowed, NotFound};
use inspire_artifact::routes::{AuthMode, Method};
use inspire_artifact::{Artifact, Tables, encode};

use crate::sample;

fn artifact(routes: &[(Method, &str)]) -> Artifact<'static> {
    let routes: Vec<_> = routes.iter().map(|&(method, path)| (method, path, AuthMode::None)).collect();
    let tables = Tables { routes: Some(sample::routes(&routes)), ..Tables::default() };
    let artifact = Artifact::from_vec(encode(&tables, "test")).unwrap();
    artifact.verify().unwrap();
    artifact
}

/// The path of the route found, and its parameters.
fn find(artifact: &Artifact<'_>, method: &str, path: &str) -> Result<String, NoMatch> {
    let routes = artifact.routes().unwrap().unwrap();
    let found = routes.find(method, path)?;
    let params: Vec<String> = found.params().map(|(name, value)| format!(" {name}={value}")).collect();
    Ok(format!("{}{}", found.route().path, params.concat()))
}

fn app() -> Artifact<'static> {
    artifact(&[
        (Method::Get, "/"),
        (Method::Get, "/a/b/c"),
        (Method::Get, "/a/:x/d"),
        (Method::Get, "/:y/b/e"),
        (Method::Post, "/a/:name/c"),
        (Method::Get, "/a-b"),
        (Method::Get, "/a.b"),
        (Method::Get, "/a/b"),
        (Method::Put, "/files/:id"),
        (Method::Get, "/files/:id"),
        (Method::Delete, "/:any"),
        (Method::Get, "/x/:p/y/:q"),
        (Method::Get, "/v1/~user_1.0"),
    ])
}

#[test]
fn the_most_specific_route_of_the_method_wins() {
    let app = app();
    let cases = [
        ("GET", "/", Ok("/")),
        ("GET", "/a/b/c", Ok("/a/b/c")),
        ("GET", "/a/b/d", Ok("/a/:x/d x=b")),
        ("GET", "/a/b/e", Ok("/:y/b/e y=a")),
        ("POST", "/a/b/c", Ok("/a/:name/c name=b")),
        ("DELETE", "/a", Ok("/:any any=a")),
        ("GET", "/a-b", Ok("/a-b")),
        ("GET", "/a.b?x=//&y=%zz", Ok("/a.b")),
        ("GET", "/x/1/y/2", Ok("/x/:p/y/:q p=1 q=2")),
        ("GET", "/v1/~user_1.0", Ok("/v1/~user_1.0")),
        ("GET", "/A/b", Err(NotFound)),
        ("HEAD", "/a/b/c", Err(MethodNotAllowed)),
        ("get", "/a/b/c", Err(MethodNotAllowed)),
        ("TRACE", "/a/b/c", Err(MethodNotAllowed)),
        ("TRACE", "/none/of/these", Err(NotFound)),
        ("PUT", "/", Err(MethodNotAllowed)),
        ("GET", "/a/b/", Err(NotFound)),
        ("DELETE", "/a/", Err(NotFound)),
        ("GET", "/files/", Err(NotFound)),
        ("GET", "/a/b/c/d", Err(NotFound)),
        ("GET", "/nope?", Err(MethodNotAllowed)),
    ];
    for (method, path, expected) in cases {
        assert_eq!(find(&app, method, path), expected.map(str::to_owned), "{method} {path}");
    }
}

#[test]
fn the_platforms_paths_never_match() {
    let app = app();
    for path in ["/__auth", "/__", "/__x?y", "/__auth/login"] {
        assert_eq!(find(&app, "DELETE", path), Err(NotFound), "{path}");
    }
    assert_eq!(find(&app, "DELETE", "/_x"), Ok("/:any any=_x".to_owned()));
    assert_eq!(find(&app, "DELETE", "/%5f_x"), Err(Malformed));
    assert_eq!(find(&app, "GET", "/files/__x"), Ok("/files/:id id=__x".to_owned()));
}

#[test]
fn parameters_are_decoded_once() {
    let app = app();
    let value = |path: &str| find(&app, "PUT", path);
    let cases = [
        ("/files/a%20b", "a b"),
        ("/files/%C3%A9", "é"),
        ("/files/%c3%a9", "é"),
        ("/files/é", "é"),
        ("/files/%3F%23%26", "?#&"),
        ("/files/a+b", "a+b"),
        ("/files/...", "..."),
        ("/files/:id", ":id"),
        ("/files/a:b@c!$&'()*,=", "a:b@c!$&'()*,="),
        ("/files/%F0%9F%98%80", "😀"),
    ];
    for (path, expected) in cases {
        assert_eq!(value(path), Ok(format!("/files/:id id={expected}")), "{path}");
    }
}

#[test]
fn hostile_paths_are_refused() {
    let app = app();
    let paths = [
        "",
        "a",
        "*",
        "http://h/a",
        "?",
        "?/a",
        "//",
        "//a",
        "/a//b",
        "/a//",
        "/files//",
        "/.",
        "/..",
        "/a/./b",
        "/a/../b",
        "/a/..",
        "/a/.?x",
        "/%",
        "/%2",
        "/%zz",
        "/%2g",
        "/a%",
        "/files/%2",
        "/files/%2?0",
        "/files/%41",
        "/files/%7e",
        "/files/%7E",
        "/files/%2e%2e",
        "/files/%2E",
        "/files/%2d",
        "/files/%5F",
        "/files/%30",
        "/files/%2f",
        "/files/%2F",
        "/files/%5c",
        "/files/%5C",
        "/files/%25",
        "/files/%2525",
        "/files/%3b",
        "/files/%3B",
        "/files/%00",
        "/files/%0a",
        "/files/%0D",
        "/files/%1F",
        "/files/%7f",
        "/files/%7F",
        "/files/\\x",
        "/files/a;b",
        "/files/\0",
        "/files/\n",
        "/files/\t",
        "/files/\u{7f}",
        "/files/a b",
        "/files/a#b",
        "/files/%C3",
        "/files/%C3%28",
        "/files/%FF",
        "/files/%C0%AF",
        "/files/%ED%A0%80",
        "/files/%F5%80%80%80",
        "/files/%E0%80%80",
        "/files/%C3/%A9",
        "/nope/%C3",
        "/files/%+1",
        "/files/% 1",
        "/files/%é",
    ];
    for path in paths {
        assert_eq!(find(&app, "PUT", path), Err(Malformed), "{path:?}");
    }
}

#[test]
fn length_counts_before_the_query() {
    let app = app();
    let long = |len: usize| format!("/files/{}", "x".repeat(len - 7));
    assert!(find(&app, "PUT", &long(2048)).is_ok());
    assert!(find(&app, "PUT", &format!("{}?{}", long(2048), "q".repeat(5000))).is_ok());
    assert_eq!(find(&app, "PUT", &long(2049)), Err(Malformed));
    assert_eq!(find(&app, "PUT", &format!("/files/{}", "é".repeat(2000))), Err(Malformed));
    assert_eq!(find(&app, "PUT", &"/a".repeat(1024)), Err(NotFound));
    assert_eq!(find(&app, "PUT", &"/a".repeat(65)), Err(NotFound));
}

#[test]
fn paths_of_64_segments_match() {
    let deep = "/:a".to_owned() + &"/b".repeat(62) + "/:z";
    let app = artifact(&[(Method::Get, &deep)]);
    let request = "/1".to_owned() + &"/b".repeat(62) + "/2";
    assert_eq!(find(&app, "GET", &request), Ok(format!("{deep} a=1 z=2")));
    assert_eq!(find(&app, "GET", &(request + "/3")), Err(NotFound));
}

#[test]
fn backtracking_agrees_with_trying_every_route() {
    let segments = ["a", "b", ":p"];
    let mut routes = Vec::new();
    for (number, shape) in (0..81).enumerate() {
        let path: String = (0..4)
            .fold((String::new(), shape), |(path, rest), depth| {
                let segment = segments[rest % 3];
                let name = if segment == ":p" { format!("/:p{depth}") } else { format!("/{segment}") };
                (path + &name, rest / 3)
            })
            .0;
        if number % 3 != 1 && number % 7 != 2 {
            routes.push((if number % 2 == 0 { Method::Get } else { Method::Post }, path));
        }
    }
    let borrowed: Vec<_> = routes.iter().map(|(method, path)| (*method, path.as_str())).collect();
    let app = artifact(&borrowed);
    for number in 0..81 {
        let request: String = (0..4)
            .fold((String::new(), number), |(path, rest), _| {
                (path + "/" + ["a", "b", "c"][rest % 3], rest / 3)
            })
            .0;
        let found = find(&app, "GET", &request).map(|found| found.split(' ').next().unwrap().to_owned());
        assert_eq!(found, by_trying(&borrowed, &request), "{request}");
    }
}

/// The rule of `find`, written as plainly as possible.
fn by_trying(routes: &[(Method, &str)], request: &str) -> Result<String, NoMatch> {
    let fits = |path: &str| {
        path.split('/').zip(request.split('/')).all(|(own, asked)| own.starts_with(':') || own == asked)
    };
    let shape = |path: &str| path.split('/').map(|segment| segment.starts_with(':')).collect::<Vec<_>>();
    let best = routes
        .iter()
        .filter(|(method, path)| *method == Method::Get && fits(path))
        .min_by_key(|r| shape(r.1));
    match best {
        Some((_, path)) => Ok((*path).to_owned()),
        None if routes.iter().any(|(_, path)| fits(path)) => Err(MethodNotAllowed),
        None => Err(NotFound),
    }
}
