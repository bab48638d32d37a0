//! Columns of text, as wide as what stands in them and no wider than the terminal.

use inspire_diagnostics::visible;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::markdown::wrap;

/// No column is cut below this.
const LEAST: usize = 8;
const GAP: usize = 2;

/// Rows of cells; the last cell of a row may run on.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Adds a row; whatever hides in its cells becomes visible.
    pub(crate) fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(|cell| visible(cell.as_ref()).into_owned()).collect());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows as lines; within `width` columns, where there is a right edge, by breaking the widest cells.
    pub(crate) fn lines(&self, width: Option<usize>) -> impl Iterator<Item = String> {
        let widths = self.widths(width);
        self.rows.iter().flat_map(move |row| {
            let cells: Vec<_> =
                row.iter().zip(&widths).map(|(cell, width)| wrap("", "", cell, *width)).collect();
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
        let cell = cut(cell.map_or("", String::as_str), *width);
        let padding = (width + GAP).saturating_sub(cell.width());
        line.push_str(&cell);
        line.extend(std::iter::repeat_n(' ', padding));
    }
    line.truncate(line.trim_end().len());
    line
}

/// `text` in at most `width` columns, with an ellipsis where it was cut.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
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
    fn columns_line_up_and_the_widest_is_cut() {
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
        assert_eq!(lines, ["GET     /a/very/l…  list", "DELETE  /日本       drop\\u{1b}"]);
    }
}
