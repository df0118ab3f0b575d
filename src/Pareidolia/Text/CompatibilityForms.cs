namespace Pareidolia.Text;

/// <summary>Latin ligatures and full-width or half-width forms, and the ordinary characters that they stand for.</summary>
internal static class CompatibilityForms
{
    // U+FF61..U+FF9F
    private const string HalfKatakana = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u3099\u309A";

    // U+FFA0..U+FFDC; NUL where nothing is assigned
    private const string HalfHangul =
        "\u1160\u1100\u1101\u11AA\u1102\u11AC\u11AD\u1103\u1104\u1105\u11B0\u11B1\u11B2\u11B3\u11B4\u11B5\u111A\u1106\u1107\u1108\u1121"
        + "\u1109\u110A\u110B\u110C\u110D\u110E\u110F\u1110\u1111\u1112\0\0\0\u1161\u1162\u1163\u1164\u1165\u1166\0\0"
        + "\u1167\u1168\u1169\u116A\u116B\u116C\0\0\u116D\u116E\u116F\u1170\u1171\u1172\0\0\u1173\u1174\u1175";

    // U+FFE0..U+FFEE; the overline U+FFE3 is two characters and is kept out of the table
    private const string Signs = "¢£¬\0¦¥₩\0│←↑→↓■○";

    // U+01C4..U+01CC and U+01F1..U+01F3
    private static readonly string[] Digraphs = ["DŽ", "Dž", "dž", "LJ", "Lj", "lj", "NJ", "Nj", "nj"];
    private static readonly string[] Affricates = ["DZ", "Dz", "dz"];

    // U+FB00..U+FB06
    private static readonly string[] Ligatures = ["ff", "fi", "fl", "ffi", "ffl", "ſt", "st"];

    /// <summary>What a character stands for, empty when for itself.</summary>
    public static string Of(char character) => character switch
    {
        < '\u0132' => "",
        'Ĳ' => "IJ",
        'ĳ' => "ij",
        'ŉ' => "ʼn",
        >= '\u01C4' and <= '\u01CC' => Digraphs[character - 0x01C4],
        >= '\u01F1' and <= '\u01F3' => Affricates[character - 0x01F1],
        '\u3000' => " ",
        >= '\uFB00' and <= '\uFB06' => Ligatures[character - 0xFB00],
        >= '\uFF01' and <= '\uFF5E' => ((char)(character - 0xFEE0)).ToString(),
        '\uFF5F' => "⦅",
        '\uFF60' => "⦆",
        >= '\uFF61' and <= '\uFF9F' => HalfKatakana[character - 0xFF61].ToString(),
        >= '\uFFA0' and <= '\uFFDC' => FromTable(HalfHangul, character - 0xFFA0),
        '\uFFE3' => " \u0304",
        >= '\uFFE0' and <= '\uFFEE' => FromTable(Signs, character - 0xFFE0),
        _ => "",
    };

    private static string FromTable(string table, int index) => table[index] == '\0' ? "" : table[index].ToString();
}
