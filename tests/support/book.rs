//! The book's pages and their fenced blocks.

use inspire_diagnostics::Code;

use super::corpus::{files, read, root};

/// One page of the book.
pub(crate) struct Page {
    /// Its path relative to `book/src`.
    pub(crate) path: String,
    /// What it says.
    pub(crate) text: String,
}

/// A fenced block of a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fence {
    /// The heading above it, without its marks.
    pub(crate) heading: String,
    /// What stands after the opening fence: `inspire`, `inspire,escaped`, `console`, ….
    pub(crate) mark: String,
    /// The line its text begins on, from 1.
    pub(crate) line: usize,
    /// What stands between the fences, each line with its end.
    pub(crate) text: String,
}

impl Fence {
    /// Whether it holds schema text, of whatever variant.
    pub(crate) fn is_schema(&self) -> bool {
        self.mark.split(',').next() == Some("inspire")
    }

    /// The bytes it stands for: escapes and repetitions carried out where its mark asks for it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self.mark.as_str() {
            "inspire,escaped" => unescape(&self.text),
            "inspire,generated" => expand(&self.text).into_bytes(),
            "inspire" | "inspire,fragment" => self.text.clone().into_bytes(),
            other => panic!("no fence is marked `{other}`"),
        }
    }
}

impl Page {
    /// The page of `code`, if there is one.
    pub(crate) fn of(code: Code) -> Option<Self> {
        let path = format!("diagnostics/{}.md", code.name());
        let file = root().join("book/src").join(&path);
        file.exists().then(|| Self { text: read(&file), path })
    }

    /// Its fenced blocks in order.
    pub(crate) fn fences(&self) -> Vec<Fence> {
        let mut fences: Vec<Fence> = Vec::new();
        let (mut heading, mut open) = (String::new(), false);
        for (index, line) in self.text.split_inclusive('\n').enumerate() {
            match (line.strip_prefix("```"), fences.last_mut().filter(|_| open)) {
                (Some(_), Some(_)) => open = false,
                (None, Some(fence)) => fence.text.push_str(line),
                (Some(mark), None) => {
                    let mark = mark.trim().to_owned();
                    fences.push(Fence {
                        heading: heading.clone(),
                        mark,
                        line: index + 2,
                        text: String::new(),
                    });
                    open = true;
                }
                (None, None) if line.starts_with('#') => {
                    heading = line.trim_matches(['#', ' ', '\n']).to_owned();
                }
                (None, None) => {}
            }
        }
        assert!(!open, "{}: a fence is never closed", self.path);
        fences
    }

    /// The schema text below the heading `heading`, which has exactly one such fence.
    pub(crate) fn example(&self, heading: &str) -> Result<Fence, String> {
        let mut found: Vec<_> =
            self.fences().into_iter().filter(|fence| fence.heading == heading && fence.is_schema()).collect();
        match (found.pop(), found.is_empty()) {
            (Some(fence), true) => Ok(fence),
            _ => Err(format!("{}: not exactly one example under `{heading}`", self.path)),
        }
    }
}

/// All pages, by path.
pub(crate) fn pages() -> Vec<Page> {
    let top = root().join("book/src");
    files(&top, "md")
        .iter()
        .map(|path| Page {
            path: path.strip_prefix(&top).unwrap().to_str().unwrap().replace('\\', "/"),
            text: read(path),
        })
        .collect()
}

/// Replaces `\xNN` by that byte and `\u{…}` by that character.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        if let Some(digits) = after.strip_prefix('x') {
            bytes.push(u8::from_str_radix(&digits[..2], 16).unwrap());
            rest = &digits[2..];
        } else if let Some((digits, after)) = after.strip_prefix("u{").and_then(|rest| rest.split_once('}')) {
            let c = char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap();
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            rest = after;
        } else {
            bytes.push(b'\\');
            rest = after;
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// Replaces `⟦text×N⟧` by the text, N times.
fn expand(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('⟦') {
        let (inside, after) = after.split_once('⟧').unwrap();
        let (part, count) = inside.rsplit_once('×').unwrap();
        out.push_str(before);
        out.push_str(&part.repeat(count.parse().unwrap()));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{Page, expand, unescape};

    #[test]
    fn marks_are_carried_out() {
        assert_eq!(unescape(r"a\xE9\u{202E}\n"), b"a\xE9\xE2\x80\xAE\\n");
        assert_eq!(expand("a⟦(×3⟧b⟦xy×2⟧"), "a(((bxyxy");
    }

    #[test]
    fn a_fence_knows_its_heading_and_line() {
        let text = "# A\n\n## B\n\n```inspire\nx {}\n# no heading\n```\n\n## C\n```\n```\n".to_owned();
        let fences = Page { path: "p".to_owned(), text }.fences();
        let seen: Vec<_> = fences.iter().map(|f| (f.heading.as_str(), f.line, f.text.as_str())).collect();
        assert_eq!(seen, [("B", 6, "x {}\n# no heading\n"), ("C", 12, "")]);
    }
}
