using System.Runtime.InteropServices;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>The identity of the file at a path. Another file under the same name has another identity.</summary>
/// <param name="Device">The device that it is on.</param>
/// <param name="Number">Its number there (the inode).</param>
internal readonly record struct FileIdentity(ulong Device, ulong Number)
{
    private const int CurrentDirectory = -100;

    private const uint NumberAsked = 0x100, LengthAsked = 0x200;

    // Some kernels and sandboxes do not have this call.
    private static readonly bool IsKnown = OperatingSystem.IsLinux() && TryAsk(AppContext.BaseDirectory, out _, out _);

    /// <summary>
    /// The file's identity; null: there is no file. On systems without identities all existing files have the same one.
    /// </summary>
    /// <remarks>One system call, a microsecond or so.</remarks>
    public static FileIdentity? Of(string path) =>
        IsKnown ? TryAsk(path, out var identity, out _) ? identity : null
        : File.Exists(path) ? default(FileIdentity) : null;

    /// <summary>The file's length in bytes; 0: there is none.</summary>
    public static long LengthOf(string path)
    {
        if (IsKnown) return TryAsk(path, out _, out var length) ? length : 0;
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }

    private static bool TryAsk(string path, out FileIdentity identity, out long length)
    {
        (identity, length) = (default, 0);
        try
        {
            if (StatX(CurrentDirectory, path, 0, NumberAsked | LengthAsked, out var status) != 0) return false;
            identity = new(((ulong)status.DeviceMajor << 32) | status.DeviceMinor, status.Number);
            length = status.Length;
            return true;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    [DllImport(
        "libc", EntryPoint = "statx", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(
        int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, out Status status);

    // struct statx of the kernel: the same on every processor.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private readonly struct Status
    {
        [FieldOffset(32)]
        public readonly ulong Number;

        [FieldOffset(40)]
        public readonly long Length;

        [FieldOffset(136)]
        public readonly uint DeviceMajor;

        [FieldOffset(140)]
        public readonly uint DeviceMinor;
    }
}
