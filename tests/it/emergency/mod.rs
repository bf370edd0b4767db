//! Emergency revocation over the real server: by commands and by the services, on a rough road, and killed at every step.

mod commands;
mod crash;
mod road;
