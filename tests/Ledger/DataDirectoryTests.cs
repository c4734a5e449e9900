using Microsoft.Extensions.Logging.Abstractions;
using OrleansSale.Silo.Embedded;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Ledger;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly ScratchFolder _temporary = new();

    private string DataPath => Path.Combine(_temporary.Path, "sale", "data");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_missing_directory_is_created_for_its_owner_alone()
    {
        using var directory = DataDirectory.Open(DataPath);
        directory.Path.ShouldBe(DataPath);
        directory.LedgerPath.ShouldBe(Path.Combine(DataPath, "ledger.db"));
        directory.GrainsPath.ShouldBe(Path.Combine(DataPath, "grains.db"));
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(DataPath).ShouldBe(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void Its_files_are_their_owners_alone_however_open_the_directory_and_the_files_from_before_are()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no modes.");
            return;
        }

        const UnixFileMode everybody = (UnixFileMode)0b111_111_111,
            owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Directory.CreateDirectory(Path.Combine(DataPath, "session-keys"));
        File.SetUnixFileMode(DataPath, everybody);
        string[] before = ["lock", "ledger.db", "grains.db", "sandbox.db", "development-secrets.json",
            "session-keys/key-1.xml"];
        foreach (var name in before)
        {
            File.WriteAllBytes(Path.Combine(DataPath, name), []);
            File.SetUnixFileMode(Path.Combine(DataPath, name), everybody);
        }

        using var directory = DataDirectory.Open(DataPath);
        DirectoryStart.Prepare(directory);
        using var writing = new LedgerWriteConnection(directory.LedgerPath);
        using var kept = new GrainFile(directory.GrainsPath, NullLogger<GrainFile>.Instance);
        var files = Directory.GetFiles(DataPath, "*", SearchOption.AllDirectories);
        files.Select(Path.GetFileName).ShouldContain("ledger.db-wal");
        files.Select(Path.GetFileName).ShouldContain("grains.db-shm");
        foreach (var file in files)
            (File.GetUnixFileMode(file) & ~(owner | UnixFileMode.UserExecute)).ShouldBe(UnixFileMode.None, file);
    }

    [Fact]
    public void A_directory_in_use_is_refused_with_its_name()
    {
        using var owner = DataDirectory.Open(DataPath);
        var refused = Should.Throw<DataDirectoryInUseException>(
            () => DataDirectory.Open(Path.Combine(DataPath, "..", "data")));
        refused.Message.ShouldContain(DataPath);
    }

    [Fact]
    public void A_directory_let_go_can_be_taken_again_although_its_lock_file_stays()
    {
        DataDirectory.Open(DataPath).Dispose();
        Directory.GetFiles(DataPath).ShouldHaveSingleItem();
        DataDirectory.Open(DataPath).Dispose();
    }

    [Fact]
    public void Two_directories_are_owned_side_by_side()
    {
        using var one = DataDirectory.Open(DataPath);
        using var two = DataDirectory.Open(DataPath + "2");
        two.Path.ShouldNotBe(one.Path);
    }

    [Fact]
    public void A_path_that_is_a_file_is_refused_as_what_it_is()
    {
        var path = Path.Combine(_temporary.Path, "file");
        File.WriteAllText(path, "");
        Should.Throw<IOException>(() => DataDirectory.Open(path)).ShouldNotBeOfType<DataDirectoryInUseException>();
    }
}
