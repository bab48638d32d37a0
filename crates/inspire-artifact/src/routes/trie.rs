//! Sorted routes to the trie that finds one.
//!
//! The trie depends on the routes alone: nodes are numbered in pre-order, literal edges by segment, the parameter
//! last. A node owns one range of the routes, which is put in order by the next segment only; as the routes come
//! sorted by path, that is little work.

use core::cmp::Ordering;

use zerocopy::little_endian::U16;

use super::{EdgeRecord, EndpointRecord, Method, NodeRecord, Tables, key, shared_prefix};
use crate::record::{Code, List, NONE, index};

impl Tables {
    /// Fills `nodes`, `edges` and `endpoints` from `routes`, which are complete and sorted by then.
    pub fn build_trie(&mut self) {
        self.nodes.clear();
        self.edges.clear();
        self.endpoints.clear();
        let mut walks: Vec<Walk> = (0..index(self.routes.len()).get())
            .map(|route| Walk { route, at: if self.path(route) == "/" { 1 } else { 0 } })
            .collect();
        let mut open = vec![Open { link: Link::Root, from: 0, to: walks.len() }];
        let mut segment = String::new();
        while let Some(next) = open.pop() {
            let node = self.nodes.len();
            self.set_link(next.link, node);
            let walks = walks.get_mut(next.from..next.to).unwrap_or_default();
            self.put_in_order(walks);
            self.open_node(node, next.from, walks, &mut open, &mut segment);
        }
    }

    fn set_link(&mut self, link: Link, node: usize) {
        match link {
            Link::Root => {}
            Link::Edge(edge) => {
                if let Some(edge) = self.edges.get_mut(edge) {
                    edge.node = index(node);
                }
            }
            Link::Param(parent) => {
                if let Some(parent) = self.nodes.get_mut(parent) {
                    parent.param = index(node);
                }
            }
        }
    }

    fn put_in_order(&self, walks: &mut [Walk]) {
        if !walks.is_sorted_by(|&a, &b| self.order(a, b) != Ordering::Greater) {
            walks.sort_by(|&a, &b| self.order(a, b));
        }
    }

    /// Adds the node of `walks`, moves them behind their next segment and opens the nodes that follow.
    fn open_node(
        &mut self,
        node: usize,
        from: usize,
        walks: &mut [Walk],
        open: &mut Vec<Open>,
        segment: &mut String,
    ) {
        let (first_edge, first_endpoint, first_open) = (self.edges.len(), self.endpoints.len(), open.len());
        let mut param = false;
        for (number, walk) in walks.iter_mut().enumerate() {
            match self.step(*walk) {
                Step::End => {
                    self.endpoints
                        .push(EndpointRecord { method: self.method(walk.route), route: walk.route.into() });
                    continue;
                }
                Step::Literal(literal) => {
                    walk.at += literal.len() + 1;
                    if self.edges.len() == first_edge || literal != segment {
                        segment.clear();
                        segment.push_str(literal);
                        let text = self.strings.intern(segment);
                        open.push(Open { link: Link::Edge(self.edges.len()), from: from + number, to: 0 });
                        self.edges.push(EdgeRecord { key: 0.into(), segment: text, node: NONE.into() });
                    }
                }
                Step::Param(name) => {
                    walk.at += name + 1;
                    if !param {
                        param = true;
                        open.push(Open { link: Link::Param(node), from: from + number, to: 0 });
                    }
                }
            }
            if let Some(last) = open.last_mut() {
                last.to = from + number + 1;
            }
        }
        if let Some(opened) = open.get_mut(first_open..) {
            opened.reverse();
        }
        let shared = self.set_keys(first_edge);
        self.nodes.push(NodeRecord {
            shared,
            literals: List::since(first_edge, self.edges.len()),
            param: NONE.into(),
            endpoints: List::since(first_endpoint, self.endpoints.len()),
        });
    }

    /// Fills the keys of the edges from `first` on, and returns how many first bytes they share.
    fn set_keys(&mut self, first: usize) -> U16 {
        let text = |edge: &EdgeRecord| self.strings.text(edge.segment).as_bytes();
        let edges = self.edges.get_mut(first..).unwrap_or_default();
        let (Some(lowest), Some(highest)) = (edges.first(), edges.last()) else { return U16::ZERO };
        let shared = shared_prefix(text(lowest), text(highest));
        for edge in edges {
            edge.key = key(text(edge), shared).into();
        }
        u16::try_from(shared).unwrap_or(u16::MAX).into()
    }

    /// Routes that end come first, by method; then literals by segment; then the parameter.
    fn order(&self, a: Walk, b: Walk) -> Ordering {
        match (self.step(a), self.step(b)) {
            (Step::End, Step::End) => self.method(a.route).get().cmp(&self.method(b.route).get()),
            (Step::Literal(a), Step::Literal(b)) => a.cmp(b),
            (Step::Param(_), Step::Param(_)) => Ordering::Equal,
            (Step::End, _) | (Step::Literal(_), Step::Param(_)) => Ordering::Less,
            (_, Step::End) | (Step::Param(_), Step::Literal(_)) => Ordering::Greater,
        }
    }

    fn step(&self, walk: Walk) -> Step<'_> {
        let rest = self.path(walk.route).get(walk.at..).unwrap_or_default();
        let Some(rest) = rest.strip_prefix('/') else { return Step::End };
        let end = rest.bytes().position(|byte| byte == b'/').unwrap_or(rest.len());
        let segment = rest.get(..end).unwrap_or_default();
        if segment.starts_with(':') { Step::Param(segment.len()) } else { Step::Literal(segment) }
    }

    fn path(&self, route: u32) -> &str {
        self.routes.get(route as usize).map_or("", |record| self.strings.text(record.path))
    }

    fn method(&self, route: u32) -> Code<Method> {
        self.routes.get(route as usize).map_or(Method::Delete.into(), |record| record.method)
    }
}

/// A route and how many bytes of its path are behind.
#[derive(Clone, Copy)]
struct Walk {
    route: u32,
    at: usize,
}

/// A node that waits for its number: who leads to it, and its range of the walks.
struct Open {
    link: Link,
    from: usize,
    to: usize,
}

/// The cell that gets a node's number.
#[derive(Clone, Copy)]
enum Link {
    Root,
    Edge(usize),
    Param(usize),
}

/// What comes next in a path.
enum Step<'a> {
    End,
    Literal(&'a str),
    /// A parameter of so many bytes, with its colon.
    Param(usize),
}
