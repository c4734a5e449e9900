namespace OrleansSale.Tests.Api.Payments;

/// <summary>A folder for one test, gone with it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orleanssale-sandbox-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
