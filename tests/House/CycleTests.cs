using OrleansSale.Tests.House.Metadata;

namespace OrleansSale.Tests.House;

/// <summary>
/// The folders of a project build on each other in one direction. So each can be read, tested and changed without those
/// that build on it.
/// </summary>
/// <remarks>
/// A folder is a namespace, and its subfolders are folders of their own: a parent that composes its children is not
/// used by them. Compiled code is looked at, so constants and comments do not count.
/// <para>
/// The one exception is a batch: its books lie in subfolders and its state composes them, but their rules decide by the
/// state as a whole. So they may use it. Among each other, and with all other folders, they may make no cycle.
/// </para>
/// </remarks>
public class CycleTests
{
    private const string Batch = "OrleansSale.Grains.Batches";

    [Theory]
    [InlineData("OrleansSale.GrainInterfaces")]
    [InlineData("OrleansSale.Grains")]
    [InlineData("OrleansSale.Silo")]
    [InlineData("OrleansSale.Api")]
    public void No_folder_of_a_project_uses_one_that_uses_it(string project)
    {
        using var assembly = CompiledAssembly.Named(project);
        var folders = new FolderGraph(assembly, project, Batch);
        folders.Uses.ShouldNotBeEmpty();
        folders.UsesInCycles().ShouldBeEmpty();
    }

    [Fact]
    public void A_cycle_over_three_folders_is_found_wherever_its_uses_hide()
    {
        using var tests = CompiledAssembly.Named("OrleansSale.Tests.House");
        const string Round = "OrleansSale.Tests.House.Round";
        var folders = new FolderGraph(tests, Round);
        folders.UsesInCycles().Select(use => use.Split(':')[0]).ShouldBe(
            [$"{Round}.Above -> {Round}.Below", $"{Round}.Below -> {Round}.Beside", $"{Round}.Beside -> {Round}.Above"],
            ignoreOrder: true);
        folders.Uses.ShouldContain((Round, $"{Round}.Above"), "used from outside, and no part of it");
    }
}
