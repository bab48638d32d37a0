//! Rate limits, with the clock in hand: exact on one node, and at most a batch a node beyond the limit on several.

use std::sync::Arc;

use kizaki_store::{Clock, Lifetime, ManualClock};

use crate::support::{Node, Place, START_MS, api_key, on_both};

on_both! {
    one_node_is_exact_under_concurrency
    a_window_ends_at_its_time
    every_caller_and_every_route_counts_for_itself
    who_may_not_pass_uses_nothing_up
    several_nodes_let_in_at_most_a_batch_each_beyond_the_limit
    a_node_that_starts_again_knows_what_was_let_in
}

const APP: &str = r#"
apiKeys { scopes: { reader: @system("api_reader") { @grant read on Item } } }
entity Item { title: string  @grant read }
routes("/v1", auth: apiKey(reader)) {
  GET /a -> a (rateLimit: 60/minute)
  GET /b -> b (rateLimit: 3/second)
}
routes("/open", auth: none) {
  GET /small -> small (rateLimit: 30/hour)
  GET /large -> large (rateLimit: 200/day)
  GET /few -> few (rateLimit: 2/minute)
}
"#;

/// Asks so often, many at once, over all nodes in turn; how many were let in.
async fn let_in(nodes: &[Arc<Node>], requests: usize, target: &'static str, headers: &str) -> usize {
    let ask = |number: usize| {
        let (node, headers) = (Arc::clone(&nodes[number % nodes.len()]), headers.to_owned());
        tokio::spawn(async move { node.ask("GET", target, &headers).await.status })
    };
    let asked: Vec<_> = (0..requests).map(ask).collect();
    let mut passed = 0;
    for answer in asked {
        match answer.await.unwrap() {
            200 => passed += 1,
            status => assert_eq!(status, 429),
        }
    }
    passed
}

async fn one_node_is_exact_under_concurrency(place: Place) {
    place.publish(APP);
    let (node, clock) = place.node_at_start().await;
    let nodes = [Arc::new(node)];
    for window in 0..3 {
        clock.set_ms(START_MS + window * 3_600_000);
        assert_eq!(let_in(&nodes, 80, "/open/small", "").await, 30);
    }
    clock.set_ms(START_MS);
    assert_eq!(let_in(&nodes, 150, "/open/large", "").await, 150);
    assert_eq!(let_in(&nodes, 150, "/open/large", "").await, 50);
}

async fn a_window_ends_at_its_time(place: Place) {
    place.publish(APP);
    let (node, clock) = place.node_at_start().await;
    let ask = async |at: i64| {
        clock.set_ms(START_MS + at);
        let answer = node.ask("GET", "/open/few", "").await;
        (answer.status, answer.header("retry-after").map(|seconds| seconds.parse::<u64>().unwrap()))
    };
    // The clock's position within the window decides, not the first request.
    assert_eq!(ask(59_998).await, (200, None));
    assert_eq!(ask(59_999).await, (200, None));
    assert_eq!(ask(59_999).await, (429, Some(1)));
    assert_eq!(ask(60_000).await, (200, None));
    assert_eq!(ask(60_000).await, (200, None));
    assert_eq!(ask(60_000).await, (429, Some(60)));
    assert_eq!(ask(60_001).await, (429, Some(60)));
    assert_eq!(ask(119_000).await, (429, Some(1)));
    assert_eq!(ask(118_999).await, (429, Some(2)));
    // A clock that goes back finds the window it was in.
    assert_eq!(ask(59_999).await, (429, Some(1)));
    assert_eq!(ask(120_000).await, (200, None));
}

async fn every_caller_and_every_route_counts_for_itself(mut place: Place) {
    place.publish(APP);
    place.settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let (node, _clock) = place.node_at_start().await;
    let store = place.store(Clock::Manual(ManualClock::new(START_MS))).await;
    let keys =
        [api_key(&store, "reader", Lifetime::Never).await, api_key(&store, "reader", Lifetime::Never).await];
    let nodes = [Arc::new(node)];
    for key in &keys {
        // A key counts wherever it calls from.
        let bearer = format!("authorization: Bearer {}\r\n", key.key.expose());
        let elsewhere = format!("{bearer}x-forwarded-for: 198.51.100.77\r\n");
        assert_eq!(let_in(&nodes, 2, "/v1/b", &bearer).await, 2);
        assert_eq!(let_in(&nodes, 4, "/v1/b", &elsewhere).await, 1);
        assert_eq!(let_in(&nodes, 70, "/v1/a", &bearer).await, 60);
    }
    let from = |addresses: &str| format!("x-forwarded-for: {addresses}\r\n");
    for address in ["198.51.100.1", "198.51.100.2", "2001:db8:0:1::1"] {
        assert_eq!(let_in(&nodes, 4, "/open/few", &from(address)).await, 2, "{address}");
    }
    // What the caller itself wrote into the header stands before what the proxy appended.
    assert_eq!(let_in(&nodes, 4, "/open/few", &from("6.6.6.6, 198.51.100.1")).await, 0);
    assert_eq!(let_in(&nodes, 4, "/open/few", &from("2001:db8:0:1:2::2")).await, 0);
}

async fn who_may_not_pass_uses_nothing_up(place: Place) {
    place.publish(APP);
    let (node, _clock) = place.node_at_start().await;
    let store = place.store(Clock::Manual(ManualClock::new(START_MS))).await;
    let key = api_key(&store, "reader", Lifetime::Never).await;
    let other = api_key(&store, "other", Lifetime::Never).await;
    for _ in 0..5 {
        assert_eq!(node.ask("GET", "/v1/b", "").await.status, 401);
        assert_eq!(node.ask_with_key("GET", "/v1/b", other.key.expose()).await.status, 403);
    }
    for status in [200, 200, 200, 429, 429] {
        assert_eq!(node.ask_with_key("GET", "/v1/b", key.key.expose()).await.status, status);
    }
    // Nor does the limit tell anyone who may not pass that it is used up.
    assert_eq!(node.ask("GET", "/v1/b", "").await.status, 401);
}

async fn several_nodes_let_in_at_most_a_batch_each_beyond_the_limit(place: Place) {
    place.publish(APP);
    let clock = ManualClock::new(START_MS);
    let mut nodes = Vec::new();
    for _ in 0..3 {
        nodes.push(Arc::new(place.node_by(Clock::Manual(clock.clone())).await));
    }
    for window in 0..3 {
        clock.set_ms(START_MS + window * 86_400_000);
        let passed = let_in(&nodes, 300, "/open/large", "").await;
        assert!((200..=200 + 3 * 10).contains(&passed), "{passed}");
        assert_eq!(let_in(&nodes, 30, "/open/large", "").await, 0);
        // What is counted one by one is exact on any number of nodes.
        assert_eq!(let_in(&nodes, 90, "/open/small", "").await, 30);
    }
}

async fn a_node_that_starts_again_knows_what_was_let_in(place: Place) {
    place.publish(APP);
    let (node, clock) = place.node_at_start().await;
    let nodes = [Arc::new(node)];
    assert_eq!(let_in(&nodes, 117, "/open/large", "").await, 117);
    nodes[0].service.close().await;
    let nodes = [Arc::new(place.node_by(Clock::Manual(clock)).await)];
    assert_eq!(let_in(&nodes, 117, "/open/large", "").await, 83);
}
