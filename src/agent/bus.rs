//! The wire of D-Bus, as much of it as hearing logind needs (<https://dbus.freedesktop.org/doc/dbus-specification.html>):
//! calls with texts are written, messages are read. Bytes only, no socket. Nothing that is read is believed to be as long
//! as it says, and what is too long to be of interest is passed over without being kept.

/// The longest message that is read, in bytes: logind's have some hundred. Anybody on the bus may send this process a longer
/// one, so it must not be an end.
pub(super) const MESSAGE_BYTES_MAX: usize = 16 * 1024;
/// The longest that there is.
const WIRE_BYTES_MAX: u64 = 128 << 20;
/// How deep variants may stand in each other. logind's never do.
const DEPTH_MAX: u8 = 8;

/// What comes is no D-Bus, so nothing behind it can be understood either.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Garbage;

/// What has come and was not read yet.
#[derive(Default)]
pub(super) struct Inbox {
    bytes: Vec<u8>,
    /// How much of a message that is too long is still to come.
    passing: usize,
}

impl Inbox {
    /// Takes what came.
    pub(super) fn take(&mut self, part: &[u8]) {
        let passed = self.passing.min(part.len());
        self.passing -= passed;
        self.bytes.extend_from_slice(part.get(passed..).unwrap_or_default());
    }

    /// The next whole message; `None` where more has to come. To be asked until then after each [`Inbox::take`], which
    /// else keeps what nobody reads.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, Garbage> {
        while let Some(length) = length(&self.bytes)? {
            let here = length.min(self.bytes.len());
            if length > MESSAGE_BYTES_MAX {
                self.passing = length - here;
                self.bytes.drain(..here);
            } else if here == length {
                return Ok(Some(self.bytes.drain(..length).collect()));
            } else {
                break;
            }
        }
        Ok(None)
    }
}

/// How long the message is that begins here; `None` where too little of it is there.
fn length(bytes: &[u8]) -> Result<Option<usize>, Garbage> {
    let Some(start) = bytes.first_chunk::<16>() else { return Ok(None) };
    let read = || {
        let mut values = Values::of(start)?;
        let [_order, _kind, _flags, version] = values.bytes()?;
        let (body, _serial, fields) = (values.number()?, values.number()?, values.number()?);
        (version == 1).then_some(16 + u64::from(fields).next_multiple_of(8) + u64::from(body))
    };
    match read() {
        Some(length) if length <= WIRE_BYTES_MAX => usize::try_from(length).map(Some).map_err(|_| Garbage),
        _ => Err(Garbage),
    }
}

/// What a message is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// A method's answer.
    Return,
    /// The answer of a method that failed.
    Error,
    Signal,
    /// A call, or something that this does not know.
    #[default]
    Other,
}

/// A message. A text that it does not have is empty.
#[derive(Default)]
pub(super) struct Message<'a> {
    pub kind: Kind,
    pub path: &'a str,
    pub interface: &'a str,
    pub member: &'a str,
    /// The serial of the call that it answers; no call has 0.
    pub answers: u32,
    /// To whom alone it was sent. A signal without goes to those whose rules ask for it.
    pub destination: &'a str,
    /// Who sent it. The bus writes that.
    pub sender: &'a str,
    /// The types of the values in it.
    pub types: &'a str,
    /// The values in it.
    pub body: Values<'a>,
}

/// Reads a message that is there whole; `None` where it makes no sense.
pub(super) fn read(bytes: &[u8]) -> Option<Message<'_>> {
    let mut values = Values::of(bytes)?;
    let [_order, kind, _flags, _version] = values.bytes()?;
    let (_body, _serial) = (values.number()?, values.number()?);
    let kind = match kind {
        2 => Kind::Return,
        3 => Kind::Error,
        4 => Kind::Signal,
        _ => Kind::Other,
    };
    let mut message = Message { kind, ..Message::default() };
    let mut fields = values.array(8)?;
    while !fields.is_empty() {
        fields.align(8)?;
        let [field] = fields.bytes()?;
        match (field, fields.types()?) {
            (1, "o") => message.path = fields.text()?,
            (2, "s") => message.interface = fields.text()?,
            (3, "s") => message.member = fields.text()?,
            (5, "u") => message.answers = fields.number()?,
            (6, "s") => message.destination = fields.text()?,
            (7, "s") => message.sender = fields.text()?,
            (8, "g") => message.types = fields.types()?,
            (_, types) => fields.skip(types)?,
        }
    }
    values.align(8)?;
    Some(Message { body: values, ..message })
}

/// Values, one behind the other, each aligned to its size from the beginning of the message on.
#[derive(Clone, Copy, Default)]
pub(super) struct Values<'a> {
    bytes: &'a [u8],
    at: usize,
    big_endian: bool,
}

impl<'a> Values<'a> {
    /// Those of a message, which begins with the order of its bytes.
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let big_endian = match bytes.first()? {
            b'l' => false,
            b'B' => true,
            _ => return None,
        };
        Some(Self { bytes, at: 0, big_endian })
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// Goes to where a value of this size, or at 8 a struct, may begin.
    pub(super) fn align(&mut self, size: usize) -> Option<()> {
        self.take(self.at.next_multiple_of(size) - self.at).map(drop)
    }

    /// `u`, or `b`, which is 0 or 1.
    pub(super) fn number(&mut self) -> Option<u32> {
        self.align(4)?;
        let bytes = self.bytes()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// `s` or `o`.
    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        self.terminated(usize::try_from(length).ok()?)
    }

    /// `g`: types, and at the beginning of a variant those of what stands in it.
    pub(super) fn types(&mut self) -> Option<&'a str> {
        let [length] = self.bytes()?;
        self.terminated(length.into())
    }

    fn terminated(&mut self, length: usize) -> Option<&'a str> {
        let text = self.take(length)?;
        (self.bytes()? == [0]).then(|| str::from_utf8(text).ok())?
    }

    /// The values of an array whose elements are aligned to this size.
    pub(super) fn array(&mut self, size: usize) -> Option<Self> {
        let length = self.number()?;
        self.align(size)?;
        let at = self.at;
        self.take(usize::try_from(length).ok()?)?;
        Some(Self { bytes: self.bytes.get(..self.at)?, at, ..*self })
    }

    /// Goes past values of these types.
    pub(super) fn skip(&mut self, types: &str) -> Option<()> {
        self.skip_within(types.as_bytes(), DEPTH_MAX)
    }

    fn skip_within(&mut self, types: &[u8], depth: u8) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let mut left = types;
        while let Some((first, rest)) = left.split_first() {
            left = rest;
            match first {
                b'y' => drop(self.take(1)?),
                b'n' | b'q' => self.align(2).and_then(|()| self.take(2)).map(drop)?,
                b'b' | b'i' | b'u' | b'h' => drop(self.number()?),
                b'x' | b't' | b'd' => self.align(8).and_then(|()| self.take(8)).map(drop)?,
                b's' | b'o' => drop(self.text()?),
                b'g' => drop(self.types()?),
                b'v' => {
                    let types = self.types()?;
                    self.skip_within(types.as_bytes(), depth)?;
                }
                b'a' => {
                    let _elements = self.array(size_of_element(rest)?)?;
                    left = rest.get(one_type(rest)?..)?;
                }
                b'(' | b'{' => self.align(8)?,
                b')' | b'}' => {}
                _ => return None,
            }
        }
        Some(())
    }
}

/// What the elements of an array are aligned to, by how their type begins.
fn size_of_element(types: &[u8]) -> Option<usize> {
    Some(match types.first()? {
        b'y' | b'g' | b'v' => 1,
        b'n' | b'q' => 2,
        b'x' | b't' | b'd' | b'(' | b'{' => 8,
        _ => 4,
    })
}

/// How many characters the first of these types has.
fn one_type(types: &[u8]) -> Option<usize> {
    let mut open = 0usize;
    let end = types.iter().position(|kind| {
        match kind {
            b'(' | b'{' => open += 1,
            b')' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open == 0 && *kind != b'a'
    });
    Some(end? + 1)
}

/// Writes a call of a method that takes texts. It starts nobody who is not there.
pub(super) fn call(serial: u32, to: &str, path: &str, [interface, member]: [&str; 2], args: &[&str]) -> Vec<u8> {
    let mut body = vec![];
    args.iter().for_each(|arg| put_text(&mut body, arg));
    let mut fields = vec![];
    for (field, kind, text) in [(1, b'o', path), (2, b's', interface), (3, b's', member), (6, b's', to)] {
        pad(&mut fields, 8);
        fields.extend([field, 1, kind, 0]);
        put_text(&mut fields, text);
    }
    pad(&mut fields, 8);
    fields.extend([8, 1, b'g', 0]);
    fields.push(u8::try_from(args.len()).unwrap_or(u8::MAX));
    fields.extend(args.iter().map(|_| b's'));
    fields.push(0);
    // In little-endian order, a call, that must not start its receiver, of version 1.
    let mut message = vec![b'l', 1, 2, 1];
    message.extend(length_of(&body));
    message.extend(serial.to_le_bytes());
    message.extend(length_of(&fields));
    message.extend(fields);
    pad(&mut message, 8);
    message.extend(body);
    message
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    pad(out, 4);
    out.extend(length_of(text.as_bytes()));
    out.extend(text.as_bytes());
    out.push(0);
}

fn length_of(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes()
}

fn pad(out: &mut Vec<u8>, size: usize) {
    out.resize(out.len().next_multiple_of(size), 0);
}

#[cfg(test)]
pub(super) mod tests;
