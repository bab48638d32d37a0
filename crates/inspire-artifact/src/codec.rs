//! Section payloads to borrowed parts and back; the only place that names bincode.
//!
//! The wire form is bincode 2 `config::standard()`: little-endian, lengths as variable-size integers. A length that
//! is not in its shortest form is refused, so that a payload has one encoding only.

use bincode::config::{Configuration, Limit, LittleEndian, Varint};

use crate::limits;

type Config<const LIMIT: usize> = Configuration<LittleEndian, Varint, Limit<LIMIT>>;

/// The decoded parts of a decision-making section: its strings and its `N` tables.
pub(crate) type Parts<'a, const N: usize> = (&'a str, [&'a [u8]; N]);

/// The numbers of records: producer, language version, section ids, tables per section, all counts.
pub(crate) type MetaParts<'a> = (&'a str, u32, &'a [u8], &'a [u8], Vec<u32>);

/// Decodes `payload` and tells how many bytes that took.
///
/// # Errors
/// The reason, in bincode's words.
pub(crate) fn decode_section<const N: usize>(payload: &[u8]) -> Result<(Parts<'_, N>, usize), String> {
    const CONFIG: Config<{ limits::FILE_BYTES as usize }> = bincode::config::standard().with_limit();
    let (parts, read) = bincode::borrow_decode_from_slice::<Parts<'_, N>, _>(payload, CONFIG)
        .map_err(|error| format!("{error:?}"))?;
    let (strings, tables) = &parts;
    let shortest = tables.iter().map(|table| table.len()).chain([strings.len()]);
    if read == shortest.map(|len| prefix_len(len) + len).sum::<usize>() {
        Ok((parts, read))
    } else {
        Err("a length is not in its shortest form".to_owned())
    }
}

/// Decodes the `META` payload and tells how many bytes that took.
///
/// # Errors
/// The reason, in bincode's words.
pub(crate) fn decode_meta(payload: &[u8]) -> Result<(MetaParts<'_>, usize), String> {
    const CONFIG: Config<{ limits::META_BYTES as usize }> = bincode::config::standard().with_limit();
    let (parts, read) = bincode::borrow_decode_from_slice::<MetaParts<'_>, _>(payload, CONFIG)
        .map_err(|error| format!("{error:?}"))?;
    let mut shortest = Vec::with_capacity(read);
    encode_meta(&mut shortest, &parts);
    if payload.get(..read) == Some(shortest.as_slice()) {
        Ok((parts, read))
    } else {
        Err("a number is not in its shortest form".to_owned())
    }
}

/// Appends a `META` payload.
pub(crate) fn encode_meta(out: &mut Vec<u8>, (producer, version, sections, tables, counts): &MetaParts<'_>) {
    put_bytes(out, producer.as_bytes());
    put_varint(out, u64::from(*version));
    put_bytes(out, sections);
    put_bytes(out, tables);
    put_len(out, counts.len());
    for &count in counts {
        put_varint(out, u64::from(count));
    }
}

/// Appends the length of a byte string or list.
pub(crate) fn put_len(out: &mut Vec<u8>, len: usize) {
    put_varint(out, len as u64);
}

/// Bytes of the length in front of `len` bytes.
pub(crate) fn prefix_len(len: usize) -> usize {
    match len {
        0..=250 => 1,
        251..=0xFFFF => 3,
        0x1_0000..=0xFFFF_FFFF => 5,
        _ => 9,
    }
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_len(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// Appends an integer in bincode's variable-size form; unlike bincode's own writer it cannot fail.
fn put_varint(out: &mut Vec<u8>, value: u64) {
    if let Ok(byte @ 0..=250) = u8::try_from(value) {
        out.push(byte);
    } else if let Ok(short) = u16::try_from(value) {
        out.push(251);
        out.extend_from_slice(&short.to_le_bytes());
    } else if let Ok(word) = u32::try_from(value) {
        out.push(252);
        out.extend_from_slice(&word.to_le_bytes());
    } else {
        out.push(253);
        out.extend_from_slice(&value.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_are_bincodes() {
        for value in [0, 1, 250, 251, 252, 0xFFFF, 0x1_0000, 0xFFFF_FFFF, 0x1_0000_0000, u64::MAX] {
            let mut ours = Vec::new();
            put_varint(&mut ours, value);
            assert_eq!(ours, bincode::encode_to_vec(value, bincode::config::standard()).unwrap());
            assert_eq!(ours.len(), prefix_len(value as usize));
        }
    }

    #[test]
    fn meta_is_bincodes() {
        let meta: MetaParts<'_> = ("kizaki", 1, b"AUTHKEYS", &[3, 2], vec![1, 2, 300, 70_000, 0]);
        let mut ours = Vec::new();
        encode_meta(&mut ours, &meta);
        assert_eq!(ours, bincode::encode_to_vec(&meta, bincode::config::standard()).unwrap());
        assert_eq!(decode_meta(&ours), Ok((meta, ours.len())));
    }

    #[test]
    fn long_form_of_a_short_length_is_refused() {
        assert!(decode_section::<1>(&[0, 1, 7]).is_ok());
        assert!(decode_section::<1>(&[0, 251, 1, 0, 7]).is_err());
    }
}
