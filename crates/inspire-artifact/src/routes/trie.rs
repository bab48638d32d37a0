//! Sorted routes to the trie that finds one.
//!
//! The trie depends on the routes alone: nodes are numbered in pre-order, literal edges by key, the parameter last. A
//! node owns one range of the routes, which is put in order by the next segment only; as the routes come sorted by
//! path, that is little work.

use core::cmp::Ordering;

use super::{EdgeRecord, EndpointRecord, Method, NodeRecord, Tables, key};
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
        let mut work =
            Work { open: vec![Open { link: Link::Root, from: 0, to: walks.len() }], ..Work::default() };
        while let Some(next) = work.open.pop() {
            let node = self.nodes.len();
            self.set_link(next.link, node);
            let walks = walks.get_mut(next.from..next.to).unwrap_or_default();
            self.put_in_order(walks);
            self.open_node(next.from, walks, &mut work);
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
    fn open_node(&mut self, from: usize, walks: &mut [Walk], work: &mut Work) {
        let (first_edge, first_endpoint) = (self.edges.len(), self.endpoints.len());
        let mut param: Option<Open> = None;
        work.literals.clear();
        for (number, walk) in walks.iter_mut().enumerate() {
            let at = from + number;
            match self.step(*walk) {
                Step::End => {
                    let method = self.method(walk.route);
                    self.endpoints.push(EndpointRecord { method, route: walk.route.into() });
                }
                Step::Literal(segment) => {
                    let (next, last) = (walk.at + segment.len() + 1, work.literals.last_mut());
                    match last {
                        Some(last) if self.segment(last) == segment => last.to = at + 1,
                        _ => {
                            let (key, walk) = (key(segment.as_bytes()), *walk);
                            work.literals.push(Literal { key, walk, from: at, to: at + 1 });
                        }
                    }
                    walk.at = next;
                }
                Step::Param(name) => {
                    walk.at += name + 1;
                    let link = Link::Param(self.nodes.len());
                    param.get_or_insert(Open { link, from: at, to: 0 }).to = at + 1;
                }
            }
        }
        work.open.extend(param);
        self.add_edges(work);
        self.nodes.push(NodeRecord {
            literals: List::since(first_edge, self.edges.len()),
            param: NONE.into(),
            endpoints: List::since(first_endpoint, self.endpoints.len()),
        });
    }

    /// Adds an edge for each literal, by key, and opens the nodes behind them, the first of them last.
    fn add_edges(&mut self, work: &mut Work) {
        work.literals.sort_by(|a, b| (a.key, self.segment(a)).cmp(&(b.key, self.segment(b))));
        let (first_edge, first_open) = (self.edges.len(), work.open.len());
        for (number, literal) in work.literals.iter().enumerate() {
            work.segment.clear();
            work.segment.push_str(self.segment(literal));
            let segment = self.strings.intern(&work.segment);
            self.edges.push(EdgeRecord { key: literal.key.into(), segment, node: NONE.into() });
            let link = Link::Edge(first_edge + number);
            work.open.push(Open { link, from: literal.from, to: literal.to });
        }
        if let Some(opened) = work.open.get_mut(first_open..) {
            opened.reverse();
        }
    }

    /// The text of a literal.
    fn segment(&self, literal: &Literal) -> &str {
        match self.step(literal.walk) {
            Step::Literal(segment) => segment,
            Step::End | Step::Param(_) => "",
        }
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

/// What is left to do, and room to do it in.
#[derive(Default)]
struct Work {
    /// The next node to add is the last.
    open: Vec<Open>,
    /// The literals of one node.
    literals: Vec<Literal>,
    segment: String,
}

/// A literal segment of one node.
struct Literal {
    key: u32,
    /// A route that has it next.
    walk: Walk,
    /// The range of the walks that have it next.
    from: usize,
    to: usize,
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
