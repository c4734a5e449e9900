using OrleansSale.Silo.Cluster;
using OrleansSale.Silo.Copying;

return await (args is [CopyCommand.Name, .. var rest] ? CopyCommand.RunAsync(rest) : SiloHost.RunAsync(args));
