using System.Text;

namespace Pareidolia.Text;

/// <summary>Comma-separated values with quotes, as https://www.rfc-editor.org/rfc/rfc4180 has them: a quoted cell may hold commas and lines.</summary>
internal static class CommaSeparated
{
    /// <summary>The cells of each row.</summary>
    public static List<List<string>> Rows(string text)
    {
        List<List<string>> rows = [];
        List<string> row = [];
        StringBuilder cell = new();
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            bool twice = quoted && text[i] == '"' && i + 1 < text.Length && text[i + 1] == '"';
            if (text[i] == '"' && !twice)
                quoted = !quoted;
            else if (!quoted && (text[i] is ',' or '\n'))
                EndCell(text[i] == '\n');
            else if (quoted || text[i] != '\r')
                cell.Append(text[twice ? ++i : i]);
        }
        EndCell(endsRow: true);
        return rows;

        void EndCell(bool endsRow)
        {
            row.Add(cell.ToString());
            cell.Clear();
            if (!endsRow)
                return;
            rows.Add(row);
            row = [];
        }
    }
}
