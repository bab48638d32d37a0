//! Things that need each other: an order in which each stands after all that it needs, and the cycles.

/// So many cycles are told of; who has mended those is told of the rest.
const CYCLES: usize = 100;

/// So many members of a cycle are named.
const SHOWN: usize = 10;

/// What came out of ordering.
pub(super) struct Order {
    /// Every number once, each after all that it needs, save for what is on a cycle.
    pub(super) order: Vec<usize>,
    /// Each cycle as its members, every one with the place in its list of needs that leads to the next.
    pub(super) cycles: Vec<Vec<(usize, usize)>>,
}

/// A cycle as people read it, back to where it begins; the middle of a long one is left out.
pub(super) fn way(names: &[&str]) -> String {
    let quoted =
        |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" → ");
    let first = quoted(names.get(..1).unwrap_or_default());
    match names {
        [start @ .., last] if names.len() > SHOWN => {
            let start = quoted(start.get(..SHOWN - 1).unwrap_or_default());
            format!("{start} → … → `{last}` → {first}")
        }
        _ => format!("{} → {first}", quoted(names)),
    }
}

/// Orders the numbers `0..needs.len()`, each of which needs those in its list.
pub(super) fn order(needs: &[Vec<usize>]) -> Order {
    /// Whether a number was not looked at yet, is on the path, or is in the order.
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut found = Order { order: Vec::with_capacity(needs.len()), cycles: Vec::new() };
    let mut states = vec![State::New; needs.len()];
    for start in 0..needs.len() {
        // The path from `start`, each number with the place in its list that is followed next.
        let mut path: Vec<(usize, usize)> = Vec::new();
        let mut enter = Some(start);
        while enter.is_some() || !path.is_empty() {
            if let Some(number) = enter.take()
                && let Some(state) = states.get_mut(number)
                && *state == State::New
            {
                *state = State::Open;
                path.push((number, 0));
            }
            let Some((number, next)) = path.last_mut() else { break };
            let number = *number;
            let Some(need) = needs.get(number).and_then(|needs| needs.get(*next)).copied() else {
                path.pop();
                if let Some(state) = states.get_mut(number) {
                    *state = State::Done;
                    found.order.push(number);
                }
                continue;
            };
            *next += 1;
            match states.get(need) {
                Some(State::New) => enter = Some(need),
                Some(State::Open) if found.cycles.len() < CYCLES => {
                    let members = path.iter().skip_while(|(member, _)| *member != need);
                    found.cycles.push(members.map(|(member, next)| (*member, next - 1)).collect());
                }
                _ => {}
            }
        }
    }
    found
}
