namespace OrleansSale.Tests.Engine;

/// <summary>A temporary folder. Disposing deletes it, unless it is to be kept.</summary>
/// <param name="keeps">Whether it is kept; then disposing says where it is.</param>
public sealed class ScratchFolder(bool keeps = false) : IDisposable, IAsyncDisposable
{
    /// <summary>Where it is.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("orleanssale-").FullName;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (keeps) Console.WriteLine($"Kept: {Path}");
        else if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
