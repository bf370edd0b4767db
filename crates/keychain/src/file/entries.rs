//! The plaintext of a key file: a count, then service, account and value of each entry, each with its length before it
//! (32 bits, big-endian), in order of their names.

use std::collections::BTreeMap;

use super::Plain;
use crate::Item;
use protocol::secret::SecretText;

/// All entries of a key file.
#[derive(Default)]
pub(super) struct Entries(BTreeMap<Item, SecretText>);

impl Entries {
    pub(super) fn get(&self, item: &Item) -> Option<&SecretText> {
        self.0.get(item)
    }

    pub(super) fn set(&mut self, item: &Item, value: SecretText) {
        self.0.insert(item.clone(), value);
    }

    pub(super) fn remove(&mut self, item: &Item) {
        self.0.remove(item);
    }

    pub(super) fn encode(&self) -> Plain {
        // Exposed to be measured: a buffer that had to grow would leave plaintext behind.
        let length = |(item, value): (&Item, &SecretText)| {
            12 + item.service.len() + item.account.len() + value.expose().len()
        };
        let total = 4 + self.0.iter().map(length).sum::<usize>();
        let mut plain = Plain::new(Vec::with_capacity(total));
        plain.extend_from_slice(&size(self.0.len()));
        for (item, value) in &self.0 {
            // Exposed to be sealed.
            for text in [&item.service, &item.account, value.expose()] {
                plain.extend_from_slice(&size(text.len()));
                plain.extend_from_slice(text.as_bytes());
            }
        }
        plain
    }

    /// Nothing where it is not exactly what [`Entries::encode`] writes.
    pub(super) fn decode(mut plain: &[u8]) -> Option<Self> {
        let count = take_size(&mut plain)?;
        let mut entries = Self::default();
        for _ in 0..count {
            let service = take_text(&mut plain)?;
            let account = take_text(&mut plain)?;
            let value = SecretText::new(take_text(&mut plain)?.to_owned());
            entries.0.insert(Item::new(service, account), value);
        }
        plain.is_empty().then_some(entries)
    }
}

fn size(length: usize) -> [u8; 4] {
    // The file's size is limited far below this.
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

fn take_size(from: &mut &[u8]) -> Option<usize> {
    let (size, rest) = from.split_first_chunk::<4>()?;
    *from = rest;
    usize::try_from(u32::from_be_bytes(*size)).ok()
}

fn take_text<'a>(from: &mut &'a [u8]) -> Option<&'a str> {
    let length = take_size(from)?;
    let (text, rest) = from.split_at_checked(length)?;
    *from = rest;
    std::str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_and_refuses_anything_else() {
        let mut entries = Entries::default();
        entries.set(&Item::new("s", "a"), SecretText::new("v é".to_owned()));
        entries.set(&Item::new("s", ""), SecretText::new(String::new()));
        let plain = entries.encode();
        let again = Entries::decode(&plain).unwrap();
        assert_eq!(again.get(&Item::new("s", "a")).unwrap().expose(), "v é");
        assert_eq!(again.0.len(), 2);
        for cut in 0..plain.len() {
            assert!(Entries::decode(&plain[..cut]).is_none(), "{cut}");
        }
        let mut longer = plain.to_vec();
        longer.push(0);
        assert!(Entries::decode(&longer).is_none());
    }
}
