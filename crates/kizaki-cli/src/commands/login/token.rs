//! The platform key on standard input; on a terminal it is asked for, and not shown.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::os::fd::AsFd as _;
use std::thread;

use inspire_diagnostics::{Code, Diagnostic};
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcdrain, tcgetattr, tcsetattr,
};
use secrecy::SecretString;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::commands::Session;
use crate::commands::runtime::{Interrupts, block_on};
use crate::failure::{Failure, reason};
use crate::remote::platform_key;

/// More than any key has.
const MOST_BYTES: usize = 4096;
const PART_BYTES: usize = 512;
/// A key of the terminal that is none (POSIX, `_POSIX_VDISABLE`).
const NO_KEY: u8 = if cfg!(target_os = "linux") { 0 } else { 0xff };

/// What was read; its memory is cleared.
type Text = Zeroizing<Vec<u8>>;

/// The platform key that standard input holds, and nothing else; of a terminal one line. None when that is interrupted.
pub(super) fn of_stdin(session: &Session) -> Result<Option<SecretString>, Failure> {
    let place = "standard input";
    let read = io::stdin().as_fd().try_clone_to_owned().map(File::from).and_then(|input| {
        if input.is_terminal() { block_on(typed(input, session))? } else { read(&input, false).map(Some) }
    });
    match read {
        // What is no text is no key either.
        Ok(Some(text)) => platform_key(str::from_utf8(&text).unwrap_or("?").trim(), place).map(Some),
        Ok(None) => Ok(None),
        Err(error) => {
            let message = format!("cannot read the platform key from {place}: {}", reason(&error));
            Err(Diagnostic::without_place(Code::UnreadableFile, message).into())
        }
    }
}

/// Reads to the end, or to the end of the first line that is not blank.
fn read(mut input: impl Read, is_line: bool) -> io::Result<Text> {
    let mut text = Zeroizing::new(Vec::with_capacity(MOST_BYTES + PART_BYTES));
    let mut part = Zeroizing::new([0; PART_BYTES]);
    while text.len() < MOST_BYTES {
        match input.read(part.as_mut_slice()) {
            Ok(0) => break,
            Ok(length) => text.extend_from_slice(part.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if is_line && text.ends_with(b"\n") && !text.trim_ascii().is_empty() {
            break;
        }
    }
    Ok(text)
}

/// Asks for a line, and reads it while the terminal does not show it; none when a signal ends that.
async fn typed(input: File, session: &Session) -> io::Result<Option<Text>> {
    // They would end the process while the terminal still shows nothing, unless somebody listens.
    let mut interrupts = Interrupts::listen()?;
    let hidden = Hidden::begin(input.try_clone()?)?;
    session.output.ask("platform key, which is not shown: ");
    let (tell, told) = oneshot::channel();
    // Nothing can end this but the terminal, so that nobody waits for it.
    thread::Builder::new().spawn(move || drop(tell.send(read(&input, true))))?;
    let text = tokio::select! {
        told = told => Some(told.map_err(io::Error::other).flatten()?),
        () = interrupts.next() => None,
    };
    drop(hidden);
    if text.as_ref().is_none_or(|text| !text.ends_with(b"\n")) {
        session.output.aside("");
    }
    Ok(text)
}

/// A terminal that shows nothing of what is typed but the end of a line, until this is dropped.
struct Hidden {
    terminal: File,
    before: Termios,
}

impl Hidden {
    fn begin(terminal: File) -> io::Result<Self> {
        // In the background this stops until it is in front, where the terminal is no longer as the shell edits on it.
        tcdrain(&terminal)?;
        let before = tcgetattr(&terminal)?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        hidden.input_modes.insert(InputModes::ICRNL);
        // A shell that takes over meanwhile would show what is typed, or go on showing nothing.
        hidden.special_codes[SpecialCodeIndex::VSUSP] = NO_KEY;
        tcsetattr(&terminal, OptionalActions::Now, &hidden)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // What was typed or pasted and not read is discarded: a shell would show it, run it and remember it.
        let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::{MOST_BYTES, PART_BYTES, read};

    #[test]
    fn a_line_ends_what_is_typed_and_an_end_what_comes_otherwise() {
        let read = |parts: &[&str], is_line| {
            let (mut all, mut end) = (Box::new(std::io::empty()) as Box<dyn std::io::Read>, String::new());
            for part in parts {
                all = Box::new(all.chain(Cursor::new((*part).to_owned())));
            }
            let text = String::from_utf8(read(&mut all, is_line).unwrap().to_vec()).unwrap();
            all.read_to_string(&mut end).unwrap();
            (text, end)
        };
        let is = |text: &str, end: &str| (text.to_owned(), end.to_owned());
        assert_eq!(read(&["\n", " \n", "key\n", "rest\n"], true), is("\n \nkey\n", "rest\n"));
        assert_eq!(read(&["ke", "y", ""], true), is("key", ""));
        assert_eq!(read(&["\n", "key\n", "rest\n"], false), is("\nkey\nrest\n", ""));
        assert_eq!(read(&[], false), is("", ""));
        let (text, end) = read(&[&"x".repeat(MOST_BYTES + PART_BYTES)], false);
        assert_eq!((text.len(), end.len()), (MOST_BYTES, PART_BYTES));
    }
}
