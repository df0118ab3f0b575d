using System.Runtime.InteropServices;

namespace Pareidolia.Benchmarks;

/// <summary>oneDNN's matrix product (Debian: libdnnl2), row-major.</summary>
internal static unsafe partial class OneDnn
{
    /// <summary>c [m, n] = a [m, k] op(b); b is [k, n], or [n, k] when transposed.</summary>
    public static void Multiply(float* a, float* b, float* c, int m, int n, int k, bool transposeB)
    {
        int status = Sgemm((byte)'N', (byte)(transposeB ? 'T' : 'N'), m, n, k, 1, a, k, b, transposeB ? k : n, 0, c, n);
        if (status != 0)
            throw new InvalidOperationException($"dnnl_sgemm gave status {status}");
    }

    [LibraryImport("libdnnl.so.2", EntryPoint = "dnnl_sgemm")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sgemm(
        byte transposeA, byte transposeB, nint m, nint n, nint k, float alpha, float* a, nint lda, float* b, nint ldb, float beta, float* c,
        nint ldc);
}
