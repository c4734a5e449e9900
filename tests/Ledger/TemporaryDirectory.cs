namespace OrleansSale.Tests.Ledger;

/// <summary>A directory that ends with its test.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sale-ledger-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
