//! Values that go to destinations: by the real `gh` to a server that opens what it was sent, and by stand-ins of the other
//! tools, which note everything that anybody on the machine could see of them.

mod commands;
mod github;
mod tools;
