//! Columns of text, as wide as what stands in them and no wider than the terminal.

use inspire_diagnostics::visible;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

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

    /// The rows as lines; within `width` columns, where there is a right edge, by cutting the widest columns.
    pub(crate) fn lines(&self, width: Option<usize>) -> impl Iterator<Item = String> {
        let widths = self.widths(width);
        self.rows.iter().map(move |row| {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                let cell = cut(cell, *width);
                let padding = (width + GAP).saturating_sub(cell.width());
                line.push_str(&cell);
                line.extend(std::iter::repeat_n(' ', padding));
            }
            line.truncate(line.trim_end().len());
            line
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

/// `text` in at most `width` columns, with an ellipsis where it was cut.
pub(crate) fn cut(text: &str, width: usize) -> String {
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
