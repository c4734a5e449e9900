using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Tests.Ledger;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

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
    public void A_directory_in_use_is_refused_with_its_name()
    {
        using var owner = DataDirectory.Open(DataPath);
        var refused = Should.Throw<DataDirectoryInUseException>(
            () => DataDirectory.Open(Path.Combine(DataPath, "..", "data")));
        refused.Path.ShouldBe(DataPath);
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
