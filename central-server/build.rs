//! The page's folder is there before the page is built, so that a fresh clone builds, and a new page
//! makes a new program.

fn main() {
    let folder = std::path::Path::new("console/dist");
    if let Err(error) = std::fs::create_dir_all(folder) {
        println!("cargo::warning=console/dist: {error}; the page is not part of this program");
    }
    println!("cargo::rerun-if-changed=console/dist");
}
