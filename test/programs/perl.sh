# perl: regular expressions, hashes, files, processes, pipes, sockets, sorting, packing, signals.
exec perl -we '
use strict; use POSIX (); use Socket; use File::Temp qw(tempdir); $| = 1;
my %count; $count{lc $_}++ for "The cat and the dog and the bird" =~ /\w+/g;
print join(" ", map { "$_=$count{$_}" } sort keys %count), "\n";
my $dir = tempdir(CLEANUP => 1); open my $out, ">", "$dir/f" or die; print $out "line $_\n" for 1 .. 3; close $out;
open my $in, "<", "$dir/f" or die; my @lines = <$in>; print scalar(@lines), " $lines[-1]"; print -s "$dir/f", "\n";
pipe my $r, my $w or die; my $pid = fork; if (!$pid) { close $r; print $w "from child\n"; exit 5 } close $w; print <$r>; waitpid $pid, 0; print $? >> 8, "\n";
socketpair my $left, my $right, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die; syswrite $left, "ping"; sysread $right, my $got, 10; print "$got\n";
local $SIG{ALRM} = sub { die "alarm\n" }; eval { alarm 1; select undef, undef, undef, 10; }; print $@;
print unpack("H*", pack("NnC", 1, 2, 3)), "\n"; print `echo backticks`; print join(",", sort { $b <=> $a } 3, 11, 2), "\n";
system("sh", "-c", "exit 9"); print $? >> 8, "\n"; printf "%.3f %s\n", sqrt(2), 2 ** 40; print POSIX::strftime("%F", gmtime 86400), "\n";
my $text = "x=1,y=2"; (my $copy = $text) =~ s/(\w)=(\d)/$2=$1/g; print "$copy\n"; my @sorted = sort map { $_ * 7919 % 1000 } 1 .. 1000; print "$sorted[0] $sorted[-1]\n"; exit 6'
