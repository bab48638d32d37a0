//! Columns of text, as wide as what stands in them and no wider than there is room.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

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
        let mut widths = self.widest(str::width);
        let Some(limit) = limit else { return widths };
        let mut over =
            (widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)).saturating_sub(limit);
        // Words are cut only where that is not enough.
        for least in [self.widest(longest_word), vec![0; widths.len()]] {
            while over > 0 {
                let above =
                    widths.iter_mut().zip(&least).filter(|(width, least)| **width > LEAST.max(**least));
                let Some((widest, _)) = above.max() else { break };
                *widest -= 1;
                over -= 1;
            }
        }
        widths
    }

    /// The greatest of what `measure` tells of the cells of each column.
    fn widest(&self, measure: impl Fn(&str) -> usize) -> Vec<usize> {
        let mut widest = Vec::new();
        for row in &self.rows {
            for (index, cell) in row.iter().enumerate() {
                let measured = measure(cell);
                match widest.get_mut(index) {
                    Some(widest) => *widest = measured.max(*widest),
                    None => widest.push(measured),
                }
            }
        }
        widest
    }
}

/// How wide the widest part of a cell is that [`wrap`] cuts only if it must.
fn longest_word(cell: &str) -> usize {
    let mut longest = 0;
    let mut word = 0;
    for c in cell.chars() {
        if matches!(c, ' ' | '/') {
            word = 0;
        }
        if c != ' ' {
            word += c.width().unwrap_or(0);
        }
        longest = word.max(longest);
    }
    longest
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
    fn words_are_cut_only_where_lines_that_are_broken_between_them_are_not_enough() {
        let mut table = Table::default();
        table.row(["PERMISSIONS", "to read it and to write it"]);
        let lines = |width| table.lines(Some(width)).collect::<Vec<_>>();
        assert_eq!(
            lines(21),
            ["PERMISSIONS  to read", "             it and", "             to write", "             it"]
        );
        assert_eq!(
            lines(20),
            ["PERMISSION  to read", "S           it and", "            to write", "            it"]
        );
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
