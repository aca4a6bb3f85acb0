//! `patvault man`.

use std::path::PathBuf;

use clap_mangen::Man;

use super::face::Face;
use crate::ops::Error;
use crate::text::escaped;

/// Print the manual page, or write the pages of all commands into a folder
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Write patvault.1, patvault-add.1 and so on into this folder
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &Args, face: &mut Face) -> Result<(), Error> {
    let definition = super::line::definition();
    let Some(dir) = &args.dir else {
        face.bytes(&page(definition)?);
        return Ok(());
    };
    std::fs::create_dir_all(dir).map_err(Error::io("create the folder", dir))?;
    clap_mangen::generate_to(definition, dir).map_err(Error::io("write pages into", dir))?;
    face.line(&format!("Wrote the pages of all commands to {}", escaped(&dir.to_string_lossy())));
    Ok(())
}

fn page(command: clap::Command) -> Result<Vec<u8>, Error> {
    let mut text = vec![];
    let failed = |error: std::io::Error| Error::Failed {
        doing: "write a manual page".into(),
        why: error.to_string(),
        hint: None,
    };
    Man::new(command).render(&mut text).map_err(failed)?;
    Ok(text)
}
