//! Columns of text, as wide as what stands in them and no wider than there is room.

use unicode_width::UnicodeWidthStr as _;

use crate::visible::visible;
use crate::wrap::{Long, wrap};

/// No column is narrowed below this.
const LEAST: usize = 8;
const GAP: usize = 2;

/// Rows of cells; the last cell of a row may run on.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Adds a row; whatever hides in its cells becomes visible.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(|cell| visible(cell.as_ref()).into_owned()).collect());
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows as lines; within `width` columns, where there is a right edge, by breaking the widest cells.
    pub fn lines(&self, width: Option<usize>) -> impl Iterator<Item = String> {
        let widths = self.widths(width);
        self.rows.iter().flat_map(move |row| {
            let cells: Vec<_> = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| wrap("", "", cell, *width, Long::Break))
                .collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or(0);
            let line = |number: usize| line(cells.iter().map(|cell| cell.get(number)), &widths);
            (0..height).map(line).collect::<Vec<_>>()
        })
    }

    fn widths(&self, limit: Option<usize>) -> Vec<usize> {
        let mut widths = Vec::new();
        for row in &self.rows {
            for (index, cell) in row.iter().enumerate() {
                match widths.get_mut(index) {
                    Some(width) => *width = cell.width().max(*width),
                    None => widths.push(cell.width()),
                }
            }
        }
        let Some(limit) = limit else { return widths };
        let mut over =
            (widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)).saturating_sub(limit);
        while over > 0 {
            let Some(widest) = widths.iter_mut().max().filter(|width| **width > LEAST) else { break };
            *widest -= 1;
            over -= 1;
        }
        widths
    }
}

/// One line of a row: what each cell has to show on it, below its column.
fn line<'c>(cells: impl Iterator<Item = Option<&'c String>>, widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in cells.zip(widths) {
        let cell = cell.map_or("", String::as_str);
        let padding = (width + GAP).saturating_sub(cell.width());
        line.push_str(cell);
        line.extend(std::iter::repeat_n(' ', padding));
    }
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn words_that_do_not_fit_go_below() {
        let mut table = Table::default();
        table.row(["a", "one two three four", "x"]);
        let lines: Vec<_> = table.lines(Some(16)).collect();
        assert_eq!(lines, ["a  one two     x", "   three four"]);
    }

    #[test]
    fn columns_line_up_and_the_widest_is_broken() {
        let mut table = Table::default();
        table.row(["GET", "/a/very/long/path/of/a/route", "list"]);
        table.row(["DELETE", "/日本", "drop\u{1b}"]);
        let lines: Vec<_> = table.lines(None).collect();
        assert_eq!(
            lines,
            [
                "GET     /a/very/long/path/of/a/route  list",
                "DELETE  /日本                         drop\\u{1b}"
            ]
        );
        let lines: Vec<_> = table.lines(Some(30)).collect();
        assert_eq!(
            lines,
            [
                "GET     /a/very     list",
                "        /long/path",
                "        /of/a",
                "        /route",
                "DELETE  /日本       drop\\u{1b}"
            ]
        );
    }
}
