//! The Merkle tree of RFC 6962 section 2.1 (the same as RFC 9162's): pure arithmetic over hashes.
//!
//! A node is named by `(level, index)`: level 0 are the leaves' hashes, a node of level `k` covers the
//! `2^k` leaves from `index * 2^k`. Only nodes whose leaves are all there are ever named.

use sha2::{Digest as _, Sha256};

/// A hash of the tree.
pub type Hash = [u8; 32];
/// `(level, index)` of a complete subtree.
pub type Node = (u32, u64);

/// `SHA-256(0x00 || data)`.
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// `SHA-256(0x01 || left || right)`.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The complete subtrees that make up the leaves `from..to`, left to right. `from` must begin a
/// subtree of the tree (as every range of a proof does).
#[must_use]
pub fn cover(from: u64, to: u64) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut at = from;
    while at < to {
        let fits = 63 - (to - at).leading_zeros();
        let level = if at == 0 { fits } else { fits.min(at.trailing_zeros()) };
        nodes.push((level, at >> level));
        at += 1 << level;
    }
    nodes
}

/// The hash over the leaves of [`cover`], given its nodes' hashes; SHA-256 of nothing for none.
#[must_use]
pub fn fold(hashes: &[Hash]) -> Hash {
    let mut from_right = hashes.iter().rev();
    let Some(last) = from_right.next() else { return Sha256::digest([]).into() };
    from_right.fold(*last, |right, left| node_hash(left, &right))
}

/// The largest power of two smaller than `n` (`n > 1`).
fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// The ranges of leaves whose hashes prove that leaf `index` is in a tree of `size` leaves, in the
/// order of the proof (RFC 6962 section 2.1.1). Empty when `index >= size`.
#[must_use]
pub fn inclusion_ranges(index: u64, size: u64) -> Vec<(u64, u64)> {
    let (mut from, mut to, mut path) = (0, size, Vec::new());
    if index >= size {
        return path;
    }
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            path.push((middle, to));
            to = middle;
        } else {
            path.push((from, middle));
            from = middle;
        }
    }
    path.reverse();
    path
}

/// The ranges whose hashes prove that the tree of `old` leaves is the beginning of that of `new`
/// (RFC 6962 section 2.1.2). Empty when they are equal or `old` is 0.
#[must_use]
pub fn consistency_ranges(old: u64, new: u64) -> Vec<(u64, u64)> {
    let (mut from, mut to, mut path) = (0, new, Vec::new());
    if old == 0 || old >= new {
        return path;
    }
    // Down to the subtree that the old tree's right edge ends in; `whole` while that edge is the old root.
    let mut whole = true;
    while old != to {
        let middle = from + split(to - from);
        if old <= middle {
            path.push((middle, to));
            to = middle;
        } else {
            path.push((from, middle));
            from = middle;
            whole = false;
        }
    }
    if !whole {
        path.push((from, to));
    }
    path.reverse();
    path
}

/// Checks an inclusion proof (RFC 9162 section 2.1.3.2).
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for step in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(step, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, step);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Checks a consistency proof (RFC 9162 section 2.1.4.2).
#[must_use]
pub fn verify_consistency(old: u64, new: u64, old_root: &Hash, new_root: &Hash, proof: &[Hash]) -> bool {
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old == 0 || old > new {
        return old == 0 && proof.is_empty();
    }
    let mut path = proof.to_vec();
    if old.is_power_of_two() {
        path.insert(0, *old_root);
    }
    let Some((first, rest)) = path.split_first() else { return false };
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut from_old, mut from_new) = (*first, *first);
    for step in rest {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            from_old = node_hash(step, &from_old);
            from_new = node_hash(step, &from_new);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            from_new = node_hash(&from_new, step);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && from_old == *old_root && from_new == *new_root
}

/// A tree that grows: its complete subtrees at the right edge, largest first.
#[derive(Clone, Debug, Default)]
pub struct Growing {
    size: u64,
    peaks: Vec<(u32, Hash)>,
}

impl Growing {
    /// Goes on from a tree of `size` leaves, given the hashes of `cover(0, size)`.
    #[must_use]
    pub fn resume(size: u64, hashes: &[Hash]) -> Self {
        let peaks = cover(0, size).iter().map(|n| n.0).zip(hashes.iter().copied()).collect();
        Self { size, peaks }
    }

    /// Adds a leaf; all nodes that became complete, the leaf's own first.
    pub fn add(&mut self, leaf: Hash) -> Vec<(Node, Hash)> {
        let mut made = vec![((0, self.size), leaf)];
        let (mut level, mut hash) = (0, leaf);
        while let Some(&(peak, left)) = self.peaks.last()
            && peak == level
        {
            self.peaks.pop();
            hash = node_hash(&left, &hash);
            level += 1;
            made.push(((level, self.size >> level), hash));
        }
        self.peaks.push((level, hash));
        self.size += 1;
        made
    }

    /// How many leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> Hash {
        fold(&self.peaks.iter().map(|p| p.1).collect::<Vec<_>>())
    }
}
