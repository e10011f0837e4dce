//! Areas and four-cornered outlines in pixels of a picture.

/// An upright area: `x`, `y` of its top left corner, width and height, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Area {
    /// The area of a whole picture.
    #[must_use]
    pub fn whole(width: u32, height: u32) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "pictures are below 2^24 pixels a side")]
        Self { x: 0.0, y: 0.0, width: width as f32, height: height as f32 }
    }

    /// The same area in pixels that are so many times as wide and as high.
    #[must_use]
    pub fn divided(self, [across, down]: [f32; 2]) -> Self {
        Self { x: self.x / across, y: self.y / down, width: self.width / across, height: self.height / down }
    }

    /// Square pixels.
    #[must_use]
    pub fn size(self) -> f32 {
        self.width.max(0.0) * self.height.max(0.0)
    }

    /// What two areas have in common; of no size when nothing.
    #[must_use]
    pub fn common(self, other: Self) -> Self {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let right = (self.x + self.width).min(other.x + other.width);
        let bottom = (self.y + self.height).min(other.y + other.height);
        Self { x, y, width: (right - x).max(0.0), height: (bottom - y).max(0.0) }
    }

    /// Intersection over union, 0 to 1.
    #[must_use]
    pub fn overlap(self, other: Self) -> f32 {
        let common = self.common(other).size();
        let all = self.size() + other.size() - common;
        if all > 0.0 { (common / all).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Which part of this area lies in `other`, 0 to 1.
    #[must_use]
    pub fn share_in(self, other: Self) -> f32 {
        if self.size() > 0.0 { self.common(other).size() / self.size() } else { 0.0 }
    }

    /// Grown by a share of its sides on every side, cut at the edges of `within`.
    #[must_use]
    pub fn grown(self, share: f32, within: Self) -> Self {
        let (dx, dy) = (self.width * share, self.height * share);
        let grown =
            Self { x: self.x - dx, y: self.y - dy, width: self.width + 2.0 * dx, height: self.height + 2.0 * dy };
        grown.common(within)
    }
}

/// Four corners, clockwise from the top left of the text, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quad(pub [[f32; 2]; 4]);

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

impl Quad {
    /// The corners of an upright area.
    #[must_use]
    pub fn of(area: Area) -> Self {
        let (right, bottom) = (area.x + area.width, area.y + area.height);
        Self([[area.x, area.y], [right, area.y], [right, bottom], [area.x, bottom]])
    }

    /// The smallest upright area around it.
    #[must_use]
    pub fn around(self) -> Area {
        let [min_x, min_y] = self.0.iter().fold([f32::MAX; 2], |m, p| [m[0].min(p[0]), m[1].min(p[1])]);
        let [max_x, max_y] = self.0.iter().fold([f32::MIN; 2], |m, p| [m[0].max(p[0]), m[1].max(p[1])]);
        Area { x: min_x, y: min_y, width: max_x - min_x, height: max_y - min_y }
    }

    /// Length of the text's direction: mean of the upper and the lower side.
    #[must_use]
    pub fn width(self) -> f32 {
        f32::midpoint(distance(self.0[0], self.0[1]), distance(self.0[3], self.0[2]))
    }

    /// Mean of the left and the right side.
    #[must_use]
    pub fn height(self) -> f32 {
        f32::midpoint(distance(self.0[0], self.0[3]), distance(self.0[1], self.0[2]))
    }

    /// Twice the signed area; positive when the corners run clockwise on the screen.
    #[must_use]
    pub fn winding(self) -> f32 {
        let p = self.0;
        (0..4).map(|i| p[i][0] * p[(i + 1) % 4][1] - p[(i + 1) % 4][0] * p[i][1]).sum()
    }

    /// Whether the four corners make an outline that can be laid flat: clockwise and convex, all finite.
    #[must_use]
    pub fn is_convex(self) -> bool {
        let p = self.0;
        let turn = |i: usize| {
            let (a, b, c) = (p[i], p[(i + 1) % 4], p[(i + 2) % 4]);
            (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
        };
        p.iter().flatten().all(|v| v.is_finite()) && (0..4).all(|i| turn(i) > 0.0)
    }

    /// How much of a straight look is left: 1 seen from the front, near 0 from the side. Compares
    /// opposite sides and the angle between neighbouring ones.
    #[must_use]
    pub fn straightness(self) -> f32 {
        let p = self.0;
        let ratio = |a: f32, b: f32| if a.max(b) > 0.0 { a.min(b) / a.max(b) } else { 0.0 };
        let sides =
            ratio(distance(p[0], p[1]), distance(p[3], p[2])) * ratio(distance(p[0], p[3]), distance(p[1], p[2]));
        let cross = self.winding() / 2.0;
        let full = self.width() * self.height();
        let upright = if full > 0.0 { (cross / full).clamp(0.0, 1.0) } else { 0.0 };
        sides * upright
    }

    /// Moved and scaled: `p * scale + shift`.
    #[must_use]
    pub fn mapped(self, scale: f32, shift: [f32; 2]) -> Self {
        Self(self.0.map(|[x, y]| [x * scale + shift[0], y * scale + shift[1]]))
    }

    /// Made longer along the text and higher across it, about its middle, by these shares.
    #[must_use]
    pub fn stretched(self, along: f32, across: f32) -> Self {
        let p = self.0;
        let half = |a: f32, b: f32, c: f32, d: f32| (a - b + c - d) / 4.0;
        let right = [0, 1].map(|i| half(p[1][i], p[0][i], p[2][i], p[3][i]) * along);
        let down = [0, 1].map(|i| half(p[3][i], p[0][i], p[2][i], p[1][i]) * across);
        let signs = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
        let mut corners = p;
        for (corner, (u, v)) in corners.iter_mut().zip(signs) {
            for i in [0, 1] {
                corner[i] += u * right[i] + v * down[i];
            }
        }
        Self(corners)
    }

    /// How far the farthest corner lies outside of a picture, in pixels; 0 when all are inside.
    #[must_use]
    pub fn outside(self, width: u32, height: u32) -> f32 {
        let whole = Area::whole(width, height);
        self.0.iter().map(|[x, y]| (-x).max(-y).max(x - whole.width).max(y - whole.height).max(0.0)).fold(0.0, f32::max)
    }
}

/// Greedy suppression: keeps, best score first, what overlaps nothing better by more than `limit`.
/// Equal scores keep their order. Suppressing what was kept changes nothing.
pub fn keep_best<T>(mut found: Vec<T>, limit: f32, score: impl Fn(&T) -> f32, area: impl Fn(&T) -> Area) -> Vec<T> {
    found.sort_by(|a, b| score(b).total_cmp(&score(a)));
    let mut kept: Vec<T> = Vec::new();
    for one in found {
        if kept.iter().all(|better| area(better).overlap(area(&one)) <= limit) {
            kept.push(one);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn areas() -> impl Strategy<Value = Vec<(f32, Area)>> {
        let one = (0.0f32..1.0, 0.0f32..600.0, 0.0f32..300.0, 0.0f32..200.0, 0.0f32..200.0);
        let area = one.prop_map(|(s, x, y, width, height)| (s, Area { x, y, width, height }));
        proptest::collection::vec(area, 0..40)
    }

    #[test]
    fn a_square_on_its_side_is_no_straight_look() {
        let straight = Quad::of(Area { x: 10.0, y: 10.0, width: 100.0, height: 30.0 });
        assert!(straight.is_convex() && (straight.straightness() - 1.0).abs() < 1e-5);
        let mirrored = Quad([straight.0[1], straight.0[0], straight.0[3], straight.0[2]]);
        assert!(!mirrored.is_convex());
        let sheared = Quad([[10.0, 10.0], [110.0, 40.0], [110.0, 70.0], [10.0, 40.0]]);
        assert!(sheared.straightness() < 0.98 && sheared.straightness() > 0.5);
        assert!((straight.outside(100, 100) - 10.0).abs() < 1e-5);
    }

    #[test]
    fn a_stretched_outline_keeps_its_middle() {
        let area = Area { x: 10.0, y: 20.0, width: 100.0, height: 30.0 };
        let asked = Area { x: 0.0, y: 5.0, width: 120.0, height: 60.0 };
        let found = Quad::of(area).stretched(0.2, 1.0).around();
        assert!((found.x - asked.x).abs() < 1e-3 && (found.height - asked.height).abs() < 1e-3, "{found:?}");
        assert_eq!(Quad::of(area).stretched(0.0, 0.0), Quad::of(area));
    }

    proptest! {
        #[test]
        fn overlap_is_symmetric_and_within_bounds(found in areas()) {
            for (_, a) in &found {
                for (_, b) in &found {
                    let o = a.overlap(*b);
                    prop_assert!((0.0..=1.0).contains(&o));
                    prop_assert!((o - b.overlap(*a)).abs() < 1e-5);
                }
            }
        }

        #[test]
        fn suppression_is_idempotent_and_keeps_the_best(found in areas()) {
            let once = keep_best(found.clone(), 0.4, |f| f.0, |f| f.1);
            let twice = keep_best(once.clone(), 0.4, |f| f.0, |f| f.1);
            prop_assert_eq!(&once, &twice);
            let best = found.iter().map(|f| f.0).fold(f32::MIN, f32::max);
            prop_assert_eq!(once.first().map(|f| f.0), (!found.is_empty()).then_some(best));
        }

        #[test]
        fn corners_of_an_area_run_clockwise(x in -50.0f32..50.0, y in -50.0f32..50.0, width in 1.0f32..90.0, height in 1.0f32..90.0) {
            let area = Area { x, y, width, height };
            let quad = Quad::of(area);
            prop_assert!(quad.winding() > 0.0 && quad.is_convex());
            prop_assert!((quad.width() - width).abs() < 1e-3 && (quad.height() - height).abs() < 1e-3);
            prop_assert!((quad.around().size() - area.size()).abs() < area.size() * 1e-3 + 1e-2);
        }
    }
}
