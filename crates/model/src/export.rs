//! What a list shows, as a file that other programs read: CSV (RFC 4180) or JSON. No secret is in it: what a list shows is public.

use serde_json::{Map, Value};

/// The form of such a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportForm {
    /// A line of heads, and a line each.
    Csv,
    /// An array of objects, and a line feed.
    Json,
}

/// A list to be written: the names of its columns, and a cell for each of them in every row. A cell that has nothing is empty
/// in CSV and `null` in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub columns: &'static [&'static str],
    pub rows: Vec<Vec<Option<String>>>,
}

impl ExportForm {
    /// As a file name ends, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

impl Export {
    /// The whole file.
    pub fn write(&self, form: ExportForm) -> String {
        match form {
            ExportForm::Csv => self.csv(),
            ExportForm::Json => self.json(),
        }
    }

    fn csv(&self) -> String {
        let mut text = String::with_capacity(self.rows.len().saturating_mul(160).saturating_add(128));
        text.push_str(&self.columns.join(","));
        text.push_str("\r\n");
        for row in &self.rows {
            for (at, cell) in row.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                text.push_str(&csv_cell(cell.as_deref().unwrap_or_default()));
            }
            text.push_str("\r\n");
        }
        text
    }

    fn json(&self) -> String {
        let object = |row: &Vec<Option<String>>| {
            let cells = row
                .iter()
                .map(|cell| cell.clone().map_or(Value::Null, Value::String));
            let named = self.columns.iter().map(|it| (*it).to_owned()).zip(cells);
            Value::Object(named.collect::<Map<_, _>>())
        };
        let all: Vec<Value> = self.rows.iter().map(object).collect();
        format!("{:#}\n", Value::Array(all))
    }
}

/// A cell that no program for tables takes for a formula: what begins like one gets an apostrophe before it, which such a program
/// takes for "this is text" (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn csv_cell(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guarded = if is_formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if is_formula || guarded.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export(cells: &[&str]) -> Export {
        Export {
            columns: &["name", "used"],
            rows: cells
                .iter()
                .map(|it| vec![Some((*it).to_owned()), None])
                .collect(),
        }
    }

    #[test]
    fn no_cell_is_a_formula_or_ends_its_line() {
        let hostile = [
            "=cmd|' /C calc'!A0",
            "+1",
            "-1",
            "@SUM(A1)",
            "\tx",
            "a,b",
            "say \"so\"",
            "two\r\nlines",
            "plain",
        ];
        let csv = export(&hostile).write(ExportForm::Csv);
        let expected = [
            "name,used",
            "\"'=cmd|' /C calc'!A0\",",
            "\"'+1\",",
            "\"'-1\",",
            "\"'@SUM(A1)\",",
            "\"'\tx\",",
            "\"a,b\",",
            "\"say \"\"so\"\"\",",
            "\"two\r\nlines\",",
            "plain,",
            "",
        ];
        assert_eq!(csv, expected.join("\r\n"));
    }

    #[test]
    fn json_has_every_column_and_null_for_nothing() {
        let json = export(&["=a\u{1}"]).write(ExportForm::Json);
        let read: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read, serde_json::json!([{ "name": "=a\u{1}", "used": null }]));
        assert_eq!(export(&[]).write(ExportForm::Json), "[]\n");
    }
}
