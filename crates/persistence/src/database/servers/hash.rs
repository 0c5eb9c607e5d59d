//! The hash of a text by which Citus finds the shard of a row: that of hash indexes and partitions of PostgreSQL (`hashtext`),
//! which is Bob Jenkins's lookup3 with a seed and an end of its own.

/// What PostgreSQL adds to the length.
const SEED: u32 = 0x9e37_79b9_u32.wrapping_add(3_923_095);

/// Bytes per round.
const BLOCK: usize = 12;

/// The hash of a text that is compared by its bytes.
pub(super) fn hashtext(text: &str) -> i32 {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let mut state = [SEED.wrapping_add(length); 3];
    let mut blocks = text.as_bytes().chunks_exact(BLOCK);
    for block in &mut blocks {
        add(&mut state, block);
        mix(&mut state);
    }
    let mut last = [0; BLOCK];
    // The lowest byte of the third word stays free.
    let free = last.iter_mut().enumerate().filter_map(|(place, byte)| (place != 8).then_some(byte));
    free.zip(blocks.remainder()).for_each(|(place, byte)| *place = *byte);
    add(&mut state, &last);
    finish(state).cast_signed()
}

fn add(state: &mut [u32; 3], block: &[u8]) {
    for (word, bytes) in state.iter_mut().zip(block.chunks_exact(4)) {
        let bytes = bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        *word = word.wrapping_add(bytes);
    }
}

fn mix([a, b, c]: &mut [u32; 3]) {
    let step = |x: &mut u32, y: &mut u32, z: &mut u32, bits: u32| {
        *x = x.wrapping_sub(*z) ^ z.rotate_left(bits);
        *z = z.wrapping_add(*y);
    };
    step(a, b, c, 4);
    step(b, c, a, 6);
    step(c, a, b, 8);
    step(a, b, c, 16);
    step(b, c, a, 19);
    step(c, a, b, 4);
}

fn finish([mut a, mut b, mut c]: [u32; 3]) -> u32 {
    let step = |x: &mut u32, y: u32, bits: u32| *x = (*x ^ y).wrapping_sub(y.rotate_left(bits));
    step(&mut c, b, 14);
    step(&mut a, c, 11);
    step(&mut b, a, 25);
    step(&mut c, b, 16);
    step(&mut a, c, 4);
    step(&mut b, a, 14);
    step(&mut c, b, 24);
    c
}

#[cfg(test)]
#[cfg(feature = "postgres")]
mod tests {
    use diesel::sql_types::{Integer, Text};
    use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
    use tasknook_tests::Postgres;

    use super::*;

    #[derive(diesel::QueryableByName)]
    struct Hashed {
        #[diesel(sql_type = Text)]
        text: String,
        #[diesel(sql_type = Integer)]
        hash: i32,
    }

    #[test]
    fn hashes_are_those_of_postgres() {
        let mut connection = PgConnection::establish(&Postgres::shared().create_database()).unwrap();
        let of_each_length = "select text, hashtext(text) as hash from generate_series(0, 300) as length
            cross join lateral (select left(repeat(md5(length::text) || 'äß日本🦊', 9), length)) as input (text)";
        let hashed: Vec<Hashed> = sql_query(of_each_length).load(&mut connection).unwrap();
        assert_eq!(hashed.len(), 301);
        for Hashed { text, hash } in hashed {
            assert_eq!(hashtext(&text), hash, "{text}");
        }
    }
}
