namespace OrleansSale.Tests.Api.Front;

/// <summary>A folder for one test, gone with it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orleanssale-api-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
