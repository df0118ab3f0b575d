using System.Security.Cryptography;

namespace Pareidolia.Server.Safety;

/// <summary>Passwords as they are kept: PBKDF2 with SHA-256, its rounds and a salt of its own beside each.</summary>
internal static class PasswordHash
{
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    // What OWASP recommends for PBKDF2 with SHA-256.
    private const int Rounds = 600_000;

    /// <summary>A password as it is kept.</summary>
    public static string Of(string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return $"pbkdf2-sha256${Rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(Derive(password, salt, Rounds))}";
    }

    /// <summary>Whether a password is the one that is kept.</summary>
    public static bool Matches(string password, string kept)
    {
        string[] parts = kept.Split('$');
        byte[] expected = Convert.FromBase64String(parts[3]);
        return CryptographicOperations.FixedTimeEquals(Derive(password, Convert.FromBase64String(parts[2]), int.Parse(parts[1])), expected);
    }

    private static byte[] Derive(string password, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, HashAlgorithmName.SHA256, HashBytes);
}
